import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { type Posture, postureSchema, sealPosture } from '../../contract/index.ts'
import type { SandboxEngine } from '../../pipeline/ports/index.ts'

export interface PostureCache {
  /** Absolute folder of the files that keep it, one per class and image. Only the worker may write there. */
  readonly folder: string
  /** Differs when anything does that the posture of this image depends on; null: of any image. */
  readonly fingerprint: (image: string | null) => Promise<string>
  /** Milliseconds after which it is taken again; 0: at once. */
  readonly maxAgeMs: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

const keptSchema = z.strictObject({
  version: z.literal(1),
  fingerprint: z.string(),
  takenAt: z.int().nonnegative(),
  posture: postureSchema,
})
type Kept = z.infer<typeof keptSchema>

/**
 * The same engine, whose posture is kept on disk until something changes that it depends on, or it is too old: probes
 * take seconds, and a job should not wait for what is known. What cannot be had is never kept, and what cannot be
 * read is taken again.
 */
export function cachePosture(engine: SandboxEngine, cache: PostureCache): SandboxEngine {
  const running = new Map<string | null, Promise<Posture>>()

  const readOrTake = async (image: string | null): Promise<Posture> => {
    const file = join(cache.folder, `${engine.isolation}-${encodeURIComponent(image ?? '*')}.json`)
    const fingerprint = await cache.fingerprint(image)
    const kept = await readKept(file)
    if (kept !== null && isFresh(kept, fingerprint, cache)) return kept.posture
    const posture = await engine.posture(image ?? undefined)
    await writeKept(file, { version: 1, fingerprint, takenAt: cache.now(), posture })
    return posture
  }

  return {
    ...engine,
    posture(image) {
      const key = image ?? null
      const started = running.get(key) ?? readOrTake(key).finally(() => running.delete(key))
      running.set(key, started)
      return started
    },
  }
}

/** A clock that was set back makes it old, not young. */
function isFresh({ fingerprint, takenAt }: Kept, wanted: string, { now, maxAgeMs }: PostureCache): boolean {
  const age = now() - takenAt
  return fingerprint === wanted && age >= 0 && age < maxAgeMs
}

async function readKept(file: string): Promise<Kept | null> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const kept = keptSchema.safeParse(parseJson(text)).data
  if (kept === undefined) return null
  const { digest, ...said } = kept.posture
  return sealPosture(said).digest === digest ? kept : null
}

/** Whole or not at all. A folder that cannot be written to costs the next worker a second, and no job its end. */
async function writeKept(file: string, kept: Kept): Promise<void> {
  const draft = `${file}.${randomUUID()}`
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeFile(draft, JSON.stringify(kept), { mode: 0o600 })
    await rename(draft, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
