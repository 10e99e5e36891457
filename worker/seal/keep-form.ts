import { randomUUID } from 'node:crypto'
import { chmod, lstat, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { loadStoreKey } from './store-key.ts'

const noteSchema = z.strictObject({ facts: z.string(), signature: z.string() })

/** Another form of a stored snapshot, as one file. It lies beside the snapshot's folders, and goes with them. */
export interface FormPlan {
  /** The snapshot's folder. */
  readonly stored: string
  /** Names the form, and the way it is made. */
  readonly name: string
  /** Makes it under a path at which nothing is. */
  make(draft: string): Promise<void>
}

/**
 * The path of a snapshot's form, made the first time. Like the snapshot, it is used only while the file system says of
 * it what it said when it was made, and that is signed by the store: names are not enough where somebody could write.
 */
export async function keepForm({ stored, name, make }: FormPlan): Promise<string> {
  const key = await loadStoreKey(dirname(stored))
  const path = join(stored, name)
  const note = `${path}.json`
  const sign = (facts: string) => key.sign(JSON.stringify([basename(stored), name, facts]))
  const kept = noteSchema.safeParse(await readNote(note)).data
  if (kept !== undefined && kept.signature === sign(kept.facts) && kept.facts === (await factsOf(path))) return path
  const draft = join(stored, `.${name}-${randomUUID()}`)
  try {
    await make(draft)
    await chmod(draft, 0o444)
    await rename(draft, path)
    const facts = (await factsOf(path)) ?? ''
    await writeFile(draft, JSON.stringify({ facts, signature: sign(facts) }), { mode: 0o600, flag: 'wx' })
    await rename(draft, note)
    return path
  } finally {
    await rm(draft, { force: true })
  }
}

/** The time of change is the kernel's alone to set. */
async function factsOf(path: string): Promise<string | null> {
  const facts = await lstat(path, { bigint: true }).catch(() => null)
  if (facts === null) return null
  const { mode, uid, gid, size, ino, nlink, mtimeNs, ctimeNs } = facts
  return `${mode} ${uid} ${gid} ${size} ${ino} ${nlink} ${mtimeNs} ${ctimeNs}`
}

async function readNote(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return null
  }
}
