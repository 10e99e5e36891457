import { promisify } from 'node:util'
import { brotliCompress, brotliDecompress, constants } from 'node:zlib'
import { z } from 'zod'
import { type ChangeSet, jobIdSchema, jobSummarySchema, shaSchema } from '../contract/index.ts'
import type { Held, HeldChange } from '../pipeline/ports/index.ts'
import { open, seal } from './sealed-box.ts'

const compress = promisify(brotliCompress)
const decompress = promisify(brotliDecompress)

/** Of JSON, and of what comes of it: Redis keeps it in memory for as long as nobody decides. */
const mostRawBytes = 48 * 1024 * 1024
const mostSealedBytes = 4 * 1024 * 1024
const quality = 5

const versionSchema = z
  .strictObject({ mode: z.enum(['100644', '100755', '120000']), sha: shaSchema, content: z.base64() })
  .nullable()
/** One job's change in another's place would be published as that one's. */
const common = { jobId: jobIdSchema, summary: jobSummarySchema }
const sealedSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('change'),
    ...common,
    baseTreeSha: shaSchema,
    changeSet: z.strictObject({
      baseSha: shaSchema,
      treeSha: shaSchema,
      files: z.array(z.strictObject({ path: z.string(), before: versionSchema, after: versionSchema })),
    }),
  }),
  z.strictObject({
    kind: z.literal('ci'),
    ...common,
    branch: z.string().startsWith('airlock/'),
    commit: shaSchema,
    pullRequestUrl: z.string(),
  }),
])
type Sealed = z.infer<typeof sealedSchema>
type FileVersion = NonNullable<ChangeSet['files'][number]['after']>

/** Null: too large to be kept. */
export async function encodeHeld(key: Buffer, jobId: string, held: Held): Promise<Buffer | null> {
  const sealable = held.kind === 'ci' ? { ...held, jobId } : sealableChange(held, jobId)
  if (sealable === null) return null
  const raw = Buffer.from(JSON.stringify(sealable))
  if (raw.length > mostRawBytes) return null
  const sealed = seal(key, await compress(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }))
  return sealed.length > mostSealedBytes ? null : sealed
}

function sealableChange({ changeSet, ...held }: HeldChange, jobId: string): Sealed | null {
  const bytes = changeSet.files.reduce((sum, { after }) => sum + (after?.content.length ?? 0), 0)
  // Base64 is a third more; looked at first, so that no text is made that no string could hold.
  if ((bytes * 4) / 3 > mostRawBytes) return null
  const files = changeSet.files.map(({ path, before, after }) => ({
    path,
    before: before && { mode: before.mode, sha: before.sha, content: '' },
    after: after && { mode: after.mode, sha: after.sha, content: Buffer.from(after.content).toString('base64') },
  }))
  const { baseSha, treeSha } = changeSet
  return { ...held, jobId, changeSet: { baseSha, treeSha, files } }
}

/** Null for what another key sealed, for another job's, and for what this version cannot read. */
export async function decodeHeld(key: Buffer, jobId: string, sealed: Buffer): Promise<Held | null> {
  const compressed = open(key, sealed)
  if (compressed === null) return null
  const raw = await decompress(compressed, { maxOutputLength: mostRawBytes })
  const parsed = sealedSchema.safeParse(JSON.parse(raw.toString('utf8'))).data
  if (parsed === undefined || parsed.jobId !== jobId) return null
  const { jobId: _, ...held } = parsed
  if (held.kind === 'ci') return held
  const files = held.changeSet.files.map(({ path, before, after }) => ({
    path,
    before: versionOf(before),
    after: versionOf(after),
  }))
  return { ...held, changeSet: { ...held.changeSet, files } }
}

function versionOf(version: z.infer<typeof versionSchema>): FileVersion | null {
  return version && { ...version, content: Buffer.from(version.content, 'base64') }
}
