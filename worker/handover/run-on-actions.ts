import type { JobRequest, ProposedFile } from '../contract/index.ts'
import type { CollectResult, Elsewhere, RanElsewhere } from '../pipeline/ports/index.ts'
import { type Handover, readHandover } from './read-handover.ts'
import { unpackHandover, unpackSealed } from './unpack-handover.ts'
import { whyNotOurs } from './why-not-ours.ts'

export interface RunOnActionsDeps {
  /** Sends the job, and waits for what its run hands over. */
  readonly send: (
    request: JobRequest,
    watch: Parameters<Elsewhere['run']>[1],
  ) => Promise<
    | { readonly kind: 'delivered'; readonly runId: number; readonly zip: Uint8Array }
    | Extract<RanElsewhere, { kind: 'refused' | 'lost' }>
  >
  /** Opens what was sealed to the App for this job; null: it was not. */
  readonly open: (jobId: string, sealed: Uint8Array) => Uint8Array | null
  readonly rebuild: (
    change: { readonly repository: string; readonly baseSha: string; readonly files: readonly ProposedFile[] },
    signal: AbortSignal,
  ) => Promise<CollectResult>
}

/** A job on GitHub Actions. Of what comes back paths, modes and bytes are taken, and the rest is for people to read. */
export function createRunOnActions({ send, open, rebuild }: RunOnActionsDeps): Elsewhere {
  return {
    async run(request, watch) {
      const sent = await send(request, watch)
      if (sent.kind !== 'delivered') return sent
      const sealed = unpackSealed(sent.zip)
      const zip = sealed && open(request.id, sealed)
      const digest = zip && (await unpackHandover(zip, watch.folder))
      if (digest === null) return voided('its artifact cannot be unpacked, or was not sealed for this job')
      const read = await readHandover(watch.folder, digest)
      if (!read.ok) return voided(read.why)
      const why = whyNotSent(request, read.handover) ?? whyNotOurs(request, runOf(sent.runId), read.handover)
      if (why !== null) return voided(why)
      const { manifest, summary: worked, files } = read.handover
      // Its record stays on GitHub, as an artifact.
      const summary = { ...worked, report: { ...worked.report, audit: '' } }
      if (manifest.change === null) return { kind: 'ended', summary }
      const { sha: baseSha } = request.base
      const change = (repository: string, signal: AbortSignal) => rebuild({ repository, baseSha, files }, signal)
      return { kind: 'changed', change: { digest: manifest.change, summary, rebuild: change } }
    },
  }
}

function runOf(id: number) {
  return { run: { id, attempt: 1 } }
}

/** The request went there frozen, base and all. */
function whyNotSent({ base }: JobRequest, { request }: Handover): string | null {
  return request.base.sha === base.sha ? null : 'it was made from another commit than the one that was sent'
}

function voided(why: string): RanElsewhere {
  return { kind: 'refused', reason: 'handover-void', why }
}
