import { promisify } from 'node:util'
import { brotliCompress, brotliDecompress, constants } from 'node:zlib'
import { z } from 'zod'
import { type ChangeSet, digestSchema, jobIdSchema, jobSummarySchema, shaSchema } from '../contract/index.ts'
import type { HeldChange, Kept } from '../pipeline/ports/index.ts'
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
    // Left out by versions that sealed no patch.
    patch: z.base64().nullable().default(null),
  }),
  z.strictObject({
    kind: z.literal('ci'),
    ...common,
    branch: z.string().startsWith('airlock/'),
    commit: shaSchema,
    pullRequestUrl: z.string(),
  }),
  z.strictObject({ kind: z.literal('blocked'), ...common, digest: digestSchema, patch: z.base64() }),
])
type Sealed = z.infer<typeof sealedSchema>
type FileVersion = NonNullable<ChangeSet['files'][number]['after']>

/** Null: too large to be kept. */
export async function encodeKept(key: Buffer, jobId: string, kept: Kept): Promise<Buffer | null> {
  const sealed = await sealWhole(key, sealable(kept, jobId))
  // What is let out is the files: a change can do without the text that shows it.
  if (sealed !== null || kept.kind !== 'change' || kept.patch === null) return sealed
  return sealWhole(key, sealable({ ...kept, patch: null }, jobId))
}

async function sealWhole(key: Buffer, content: Sealed | null): Promise<Buffer | null> {
  if (content === null) return null
  const raw = Buffer.from(JSON.stringify(content))
  if (raw.length > mostRawBytes) return null
  const sealed = seal(key, await compress(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }))
  return sealed.length > mostSealedBytes ? null : sealed
}

/** Null where it is too large: looked at first, so that no text is made that no string could hold. */
function sealable(kept: Kept, jobId: string): Sealed | null {
  if (kept.kind === 'ci') return { ...kept, jobId }
  const files = kept.kind === 'change' ? kept.changeSet.files : []
  const bytes = files.reduce((sum, { after }) => sum + (after?.content.length ?? 0), kept.patch?.length ?? 0)
  // Base64 is a third more.
  if ((bytes * 4) / 3 > mostRawBytes) return null
  if (kept.kind === 'blocked') return { ...kept, jobId, patch: base64(kept.patch) }
  return sealableChange(kept, jobId)
}

function sealableChange({ changeSet, patch, ...held }: HeldChange, jobId: string): Sealed {
  const files = changeSet.files.map(({ path, before, after }) => ({
    path,
    before: before && { mode: before.mode, sha: before.sha, content: '' },
    after: after && { mode: after.mode, sha: after.sha, content: base64(after.content) },
  }))
  const { baseSha, treeSha } = changeSet
  return { ...held, jobId, changeSet: { baseSha, treeSha, files }, patch: patch && base64(patch) }
}

/** Null for what another key sealed, for another job's, and for what this version cannot read. */
export async function decodeKept(key: Buffer, jobId: string, sealed: Buffer): Promise<Kept | null> {
  const compressed = open(key, sealed)
  if (compressed === null) return null
  const raw = await decompress(compressed, { maxOutputLength: mostRawBytes })
  const parsed = sealedSchema.safeParse(JSON.parse(raw.toString('utf8'))).data
  if (parsed === undefined || parsed.jobId !== jobId) return null
  const { jobId: _, ...kept } = parsed
  if (kept.kind === 'ci') return kept
  if (kept.kind === 'blocked') return { ...kept, patch: Buffer.from(kept.patch, 'base64') }
  const files = kept.changeSet.files.map(({ path, before, after }) => ({
    path,
    before: versionOf(before),
    after: versionOf(after),
  }))
  const patch = kept.patch === null ? null : Buffer.from(kept.patch, 'base64')
  return { ...kept, changeSet: { ...kept.changeSet, files }, patch }
}

function versionOf(version: z.infer<typeof versionSchema>): FileVersion | null {
  return version && { ...version, content: Buffer.from(version.content, 'base64') }
}

function base64(content: Uint8Array): string {
  return Buffer.from(content).toString('base64')
}
