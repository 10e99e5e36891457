import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ifMissing, isFullId } from './object-store.ts'

/** Git's own files for refs. Whatever is not plain here is left to git: undefined says so. */

const PLAIN = /^refs(?:\/[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*)+$/

/** A name that every git takes; there are others. */
export function isPlainRef(ref: string): boolean {
  return PLAIN.test(ref) && !/\.lock(\/|$)/.test(ref)
}

/** Where a ref points; null where there is none. */
export async function readRefFile(gitDir: string, ref: string): Promise<string | null | undefined> {
  if (!isPlainRef(ref)) return undefined
  const text = await readFile(join(gitDir, ref), 'utf8').catch(unlessPlain)
  if (text !== undefined) return isFullId(text.trim()) ? text.trim() : undefined
  return (await hasPackedRefs(gitDir)) ? undefined : null
}

/** What all refs point to. */
export async function readTips(gitDir: string): Promise<ReadonlySet<string> | undefined> {
  if (await hasPackedRefs(gitDir)) return undefined
  const entries = await readdir(join(gitDir, 'refs'), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const texts = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')))
  const tips = texts.map((text) => text.trim())
  return tips.every(isFullId) ? new Set(tips) : undefined
}

/** As git takes a ref: by a lock beside it, so that of two at once one waits or is refused. False where it is there. */
export async function writeRefFile(
  gitDir: string,
  ref: string,
  sha: string,
  { isNew }: { readonly isNew: boolean },
): Promise<boolean | undefined> {
  if (!isPlainRef(ref) || !isFullId(sha) || (await hasPackedRefs(gitDir))) return undefined
  const path = join(gitDir, ref)
  const lock = `${path}.lock`
  try {
    await mkdir(dirname(path), { recursive: true })
    const file = await open(lock, 'wx')
    await file.writeFile(`${sha}\n`).finally(() => file.close())
  } catch {
    return undefined
  }
  try {
    if (isNew && (await stat(path).catch(ifMissing)) !== undefined) return false
    await rename(lock, path)
    return true
  } finally {
    await rm(lock, { force: true })
  }
}

async function hasPackedRefs(gitDir: string): Promise<boolean> {
  return (await stat(join(gitDir, 'packed-refs')).catch(ifMissing)) !== undefined
}

/** No such file, or a folder where a file would be. */
function unlessPlain(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && (error.code === 'EISDIR' || error.code === 'ENOTDIR'))
    return undefined
  return ifMissing(error)
}
