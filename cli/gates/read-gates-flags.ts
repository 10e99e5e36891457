import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { isRevision } from '../../worker/git/local/revision.ts'
import { parseFlagsAndWords, UsageError } from '../command.ts'

export const rightGates = 'airlock gates --repo . --base origin/main --head HEAD'
export const rightScan = 'airlock gates scan src --json'

export interface Outputs {
  readonly json: boolean
  /** Absolute path. */
  readonly sarif: string | null
}

export interface ChangeFlags extends Outputs {
  readonly kind: 'change'
  /** Absolute path. */
  readonly repo: string
  readonly base: string
  /** Null: the work tree. */
  readonly head: string | null
  readonly policy: { readonly text: string; readonly name: string } | null
  /** No package registry is asked. */
  readonly offline: boolean
}

export interface ScanFlags extends Outputs {
  readonly kind: 'scan'
  /** As given; never empty. */
  readonly paths: readonly string[]
}

export type GatesFlags = ChangeFlags | ScanFlags

const options = {
  repo: { type: 'string' },
  base: { type: 'string' },
  head: { type: 'string' },
  policy: { type: 'string' },
  offline: { type: 'boolean' },
  json: { type: 'boolean' },
  sarif: { type: 'string' },
} as const

/** Reads the call and the policy that it names. Throws UsageError. */
export function readGatesFlags(args: readonly string[], cwd: string): GatesFlags {
  const scans = args[0] === 'scan'
  const right = scans ? rightScan : rightGates
  const { values, positionals } = parseFlagsAndWords(scans ? args.slice(1) : args, options, right)
  const outputs = { json: values.json === true, sarif: values.sarif === undefined ? null : resolve(cwd, values.sarif) }
  if (scans) {
    const alien = (['repo', 'base', 'head', 'policy', 'offline'] as const).find((name) => values[name] !== undefined)
    if (alien !== undefined) throw new UsageError(`--${alien} is not for scan`, rightScan)
    if (positionals.length === 0) throw new UsageError('scan needs a file or folder', rightScan)
    return { kind: 'scan', paths: positionals, ...outputs }
  }
  if (positionals[0] !== undefined) throw new UsageError(`${positionals[0]} belongs to no option`, rightGates)
  if (values.repo === undefined) throw new UsageError('--repo is missing', rightGates)
  if (values.base === undefined) throw new UsageError('--base is missing', rightGates)
  return {
    kind: 'change',
    repo: resolve(cwd, values.repo),
    base: revisionOf('--base', values.base),
    head: values.head === undefined ? null : revisionOf('--head', values.head),
    policy: values.policy === undefined ? null : { text: readPolicy(values.policy, cwd), name: values.policy },
    offline: values.offline === true,
    ...outputs,
  }
}

function revisionOf(flag: string, text: string): string {
  if (isRevision(text)) return text
  throw new UsageError(`${flag} takes one branch, tag or commit, such as main, v1.2 or HEAD~1`, rightGates)
}

function readPolicy(path: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, path), 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new UsageError(`--policy: ${path} can't be read (${code})`, rightGates)
  }
}
