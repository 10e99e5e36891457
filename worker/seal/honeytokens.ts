import { randomBytes } from 'node:crypto'
import { rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { SearchEnd, type SearchInput } from './search-result.ts'

/** No secret of an operator's can be called so. */
export const honeytokenName = 'honeytoken of this search'

/** Disposing of it removes those that were not found, because the search ended before. */
export interface Honeytokens extends Disposable {
  readonly value: string
  /** Is this one of ours? Those count for no limit. */
  has(path: string): boolean
  /** Takes a hit for what it is: one of ours is removed and counted. False: this is something else. */
  take(result: SearchEnd['result']): boolean
  /** How many were found. Throws SearchEnd where that is not all of them. */
  finish(): number
}

/**
 * Secrets that nobody has, laid among what setup left: a search that comes back without them has not looked, whatever
 * the reason, and nothing that it said is worth anything.
 */
export function plantHoneytokens({ workspace, home }: Pick<SearchInput, 'workspace' | 'home'>): Honeytokens {
  const value = `honey_${randomBytes(24).toString('hex')}`
  const name = `.airlock-${randomBytes(12).toString('hex')}`
  const planted = new Map([
    [`workspace/${name}`, { path: join(workspace, name), content: value }],
    [`home/${name}`, { path: join(home, name), content: Buffer.from(`user:${value}`).toString('base64') }],
    [`home/${name}.gz`, { path: join(home, `${name}.gz`), content: gzipSync(`a log line\n${value}\n`) }],
  ])
  for (const [path, { path: file, content }] of planted) {
    try {
      writeFileSync(file, content, { flag: 'wx', mode: 0o600 })
    } catch (error) {
      throw SearchEnd.unreadable(path, error)
    }
  }
  const missing = new Set(planted.keys())
  return {
    value,
    has: (path) => planted.has(path),
    take(result) {
      if (result.kind !== 'secret-found' || result.secret !== honeytokenName) return false
      const one = planted.get(result.path)
      if (one === undefined || !missing.delete(result.path)) return false
      unlinkSync(one.path)
      return true
    },
    finish() {
      const [lost] = missing
      if (lost !== undefined)
        throw SearchEnd.unsafe(lost, 'the search missed what was planted for it: it proves nothing')
      return planted.size
    },
    [Symbol.dispose]() {
      for (const [path, { path: file }] of planted) if (missing.has(path)) rmSync(file, { force: true })
    },
  }
}
