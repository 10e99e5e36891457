import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { RegistryAnswer } from '../pipeline/ports/index.ts'

/** Keeps what a registry said of a version, which never changes. Neither throws: without it everything is asked again. */
export interface AnswerCache {
  read(key: string): Promise<RegistryAnswer | null>
  write(key: string, answer: RegistryAnswer): Promise<void>
}

const day = 24 * 60 * 60_000
/** A registry may take a version back, or correct what it says. */
const oldest = 30 * day
const mostFiles = 20_000
const mostBytes = 300_000

const licenseSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('expression'), expression: z.string() }),
  z.strictObject({ kind: z.literal('names'), names: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('text'), text: z.string() }),
])
const keptSchema = z.strictObject({
  key: z.string(),
  answer: z.strictObject({ kind: z.literal('found'), license: licenseSchema, content: z.enum(['same', 'unsaid']) }),
})

/** One file per answer, named by a digest: no name of a package becomes a path. */
export function createAnswerCache(dir: string, now: () => number): AnswerCache {
  const fileOf = (key: string) => join(dir, `${createHash('sha256').update(key).digest('hex')}.json`)
  let written = 0
  return {
    async read(key) {
      try {
        const file = fileOf(key)
        const { mtimeMs, size } = await stat(file)
        if (now() - mtimeMs > oldest || size > mostBytes) return null
        const parsed = keptSchema.safeParse(JSON.parse(await readFile(file, 'utf8')))
        return parsed.success && parsed.data.key === key ? parsed.data.answer : null
      } catch {
        return null
      }
    },
    async write(key, answer) {
      const text = JSON.stringify({ key, answer })
      if (text.length > mostBytes) return
      const file = fileOf(key)
      const beside = `${file}.${randomUUID()}.tmp`
      try {
        await mkdir(dir, { recursive: true, mode: 0o700 })
        if (written % 500 === 0) await makeRoom(dir, now())
        written += 1
        await writeFile(beside, text, { mode: 0o600 })
        await rename(beside, file)
      } catch {
        await rm(beside, { force: true }).catch(() => {})
      }
    },
  }
}

/** Takes away what is too old, and the oldest where there are too many. */
async function makeRoom(dir: string, now: number): Promise<void> {
  const names = await readdir(dir)
  const files = await Promise.all(
    names.map(async (name) => ({ path: join(dir, name), at: (await stat(join(dir, name))).mtimeMs })),
  )
  const kept = files.filter(({ at }) => now - at <= oldest).sort((a, b) => b.at - a.at)
  const gone = new Set(files)
  for (const file of kept.slice(0, mostFiles)) gone.delete(file)
  for (const { path } of gone) await rm(path, { force: true })
}
