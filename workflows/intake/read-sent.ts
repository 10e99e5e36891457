import { z } from 'zod'
import { type JobRequest, jobRequestSchema } from '../../worker/contract/index.ts'
import { sha256 } from '../../worker/handover/manifest.ts'
import { publicKeySchema } from '../../worker/handover/sealed-box.ts'
import type { Runner } from '../inputs/runner-environment.ts'

const payloadSchema = z.looseObject({
  inputs: z.object({ job: z.string(), digest: z.string(), request: z.string().max(65_535), seal: publicKeySchema }),
  repository: z.object({ id: z.int() }),
  sender: z.object({ login: z.string(), type: z.string() }),
})

export type ReadSent =
  | {
      readonly ok: true
      readonly request: JobRequest
      /** What is handed over is sealed to it. */
      readonly seal: string
    }
  | { readonly ok: false; readonly why: string }

/**
 * The job that the App sent to this run. Whoever may write in the repository can dispatch the workflow too, with any
 * request, and can run an old run once more: only what the App itself started, just now, is done. `app` is from the
 * workflow file of the default branch, never from the dispatch.
 */
export function readSent(payload: unknown, runner: Runner, app: string): ReadSent {
  if (runner.eventName !== 'workflow_dispatch') return no('it was not dispatched')
  if (!/^[a-z0-9][a-z0-9-]{0,99}$/.test(app)) return no('the workflow does not name the App: with: { app: NAME }')
  const bot = `${app}[bot]`
  const parsed = payloadSchema.safeParse(payload)
  if (!parsed.success) return no('its event is not a dispatch with job, digest, request and seal')
  const { inputs, repository, sender } = parsed.data
  const people = [runner.actor, runner.triggeringActor, sender.login]
  if (sender.type !== 'Bot' || people.some((login) => login !== bot)) return no(`it was not dispatched by ${bot}`)
  if (runner.run.attempt !== 1) return no('it is run once more: a job that has ended is not done again')
  if (sha256(inputs.request) !== inputs.digest) return no('its request is not what the digest is of')
  const request = parseRequest(inputs.request)
  if (request === null) return no('its request cannot be read')
  if (request.id !== inputs.job) return no("its request is another job's")
  const { id, owner, name } = request.repository
  const isHere = `${owner}/${name}`.toLowerCase() === `${runner.owner}/${runner.repo}`.toLowerCase()
  if (id !== repository.id || !isHere) return no('its request is for another repository')
  if (request.policy.runsOn !== 'actions') return no('its policy does not say runs-on: actions')
  return { ok: true, request, seal: inputs.seal }
}

function parseRequest(text: string): JobRequest | null {
  try {
    return jobRequestSchema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

function no(why: string): ReadSent {
  return { ok: false, why }
}
