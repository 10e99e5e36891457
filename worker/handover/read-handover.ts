import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import type { JobRequest, JobSummary, ProposedFile } from '../contract/index.ts'
import {
  changeSchema,
  type Manifest,
  manifestFile,
  manifestSchema,
  requestFileSchema,
  sha256,
  summaryFileSchema,
} from './manifest.ts'

/** What the other half of a job handed over, whole and as it was written. Whether it is meant for us is asked next. */
export interface Handover {
  readonly manifest: Manifest
  readonly request: JobRequest
  readonly summary: JobSummary
  readonly files: readonly ProposedFile[]
}

export type ReadHandover =
  | { readonly ok: true; readonly handover: Handover }
  | { readonly ok: false; readonly kind: 'missing' | 'wrong'; readonly why: string }

/** Twice what a change may have, for base64 and the record of the job. */
const mostBytes = 192 * 1024 * 1024

/** `digest` is the manifest's, as GitHub handed it from job to job: an artifact may be anybody's. */
export async function readHandover(folder: string, digest: string): Promise<ReadHandover> {
  if (digest === '') return missing('the job that works handed nothing over')
  const names = await readdir(folder).catch(() => null)
  if (names === null || names.length === 0) return missing('there is no artifact')
  const text = await readPlain(folder, manifestFile)
  if (text === null) return wrong('its manifest is not a plain file')
  if (sha256(text) !== digest) return wrong('its manifest is not the one that the job wrote')
  const manifest = parse(manifestSchema, text)
  if (manifest === null) return wrong('its manifest cannot be read')
  const listed = [manifestFile, ...Object.keys(manifest.files)].toSorted()
  if (names.toSorted().join() !== listed.join()) return wrong('it has other files than its manifest lists')
  return readFiles(folder, manifest)
}

async function readFiles(folder: string, manifest: Manifest): Promise<ReadHandover> {
  const texts = new Map<string, string>()
  for (const [name, expected] of Object.entries(manifest.files)) {
    const text = await readPlain(folder, name)
    if (text === null || sha256(text) !== expected) return wrong(`${name} is not what the manifest says`)
    texts.set(name, text)
  }
  const request = parse(requestFileSchema, texts.get('request.json'))
  const summary = parse(summaryFileSchema, texts.get('summary.json'))
  const change = parse(changeSchema, texts.get('change.json'))
  if (request === null || summary === null) return wrong('it has no request, or no summary')
  if ((change === null) !== (manifest.change === null)) return wrong('its change is not there, or cannot be read')
  const files = (change?.files ?? []).map(({ path, after }) => ({
    path,
    after: after && { mode: after.mode, content: Buffer.from(after.content, 'base64') },
  }))
  return { ok: true, handover: { manifest, request, summary, files } }
}

/** Null where it is a link, a folder, too large, or not there. */
async function readPlain(folder: string, name: string): Promise<string | null> {
  const path = join(folder, name)
  const facts = await lstat(path).catch(() => null)
  return facts?.isFile() === true && facts.size <= mostBytes ? readFile(path, 'utf8') : null
}

function parse<Schema extends z.ZodType>(schema: Schema, text: string | undefined): z.output<Schema> | null {
  if (text === undefined) return null
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

function missing(why: string): ReadHandover {
  return { ok: false, kind: 'missing', why }
}

function wrong(why: string): ReadHandover {
  return { ok: false, kind: 'wrong', why }
}
