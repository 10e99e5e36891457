import { createHash } from 'node:crypto'
import type { JobRequest } from '../../contract/index.ts'
import { HandoffError, type RanElsewhere, type WatchElsewhere } from '../../pipeline/ports/index.ts'
import type { GrantedPermissions } from '../granted-permissions.ts'
import type { InstallationTokens } from '../installation-tokens.ts'
import { openRepositorySession } from '../repository-session.ts'
import { cancelRun, dispatch, fetchArtifact, listRuns, type Place } from './actions-client.ts'
import { type FollowTiming, followRun, productionTiming } from './follow-run.ts'
import { jobWorkflow } from './workflow-run.ts'

export interface SendJobDeps {
  readonly tokens: InstallationTokens
  readonly granted: GrantedPermissions
  readonly botLogin: () => Promise<string>
  /** The public key that what comes back is sealed to. */
  readonly sealTo: (jobId: string) => string
  readonly timing?: FollowTiming
}

/** A run that has ended, and what it handed over, packed. */
export interface Delivered {
  readonly kind: 'delivered'
  readonly runId: number
  readonly zip: Uint8Array
}

export type Sent = Delivered | Extract<RanElsewhere, { kind: 'refused' | 'lost' }>

export type SendJob = (request: JobRequest, watch: WatchElsewhere) => Promise<Sent>

/** A run that was lost is followed by one more. */
const mostRuns = 2
/** GitHub takes 65,535 characters of inputs; some are for the others. */
const mostBytes = 65_000
const cancelMs = 60_000
const howToGrant =
  "On the App's page, Permissions & events, set Actions to read and write; then accept it in the installation"

/**
 * Sends a job to a workflow of its repository, as the App, and waits for what it hands over. What was sent before is on
 * GitHub's own list of runs: whoever goes on after a crash finds it there, and sends nothing twice.
 */
export function createSendJob(deps: SendJobDeps): SendJob {
  const { tokens, granted, botLogin, sealTo, timing = productionTiming } = deps
  return async (request, watch) => {
    const { signal } = watch
    const text = JSON.stringify(request)
    if (Buffer.byteLength(text) > mostBytes)
      return refused('the request is larger than the inputs of a workflow may be')
    if (!(await mayDispatch(granted, request, signal))) {
      return refused(`the installation of the App lacks the permission actions: write. ${howToGrant}`)
    }
    const bot = await botLogin()
    const inPlace = <T>(work: (place: Place) => Promise<T>) => withPlace(tokens, request, signal, work)
    const inputs = { job: request.id, digest: digestOf(text), request: text, seal: sealTo(request.id) }
    const lost = new Set<number>()
    let started: number | null = null
    try {
      while (lost.size < mostRuns) {
        const runs = await inPlace((place) => listRuns(place, request, bot))
        if (runs === null) return refused(`the default branch has no workflow ${jobWorkflow}`)
        const known = runs.find(({ id }) => !lost.has(id))
        if (known === undefined) await watch.fence.check()
        const run = known?.id ?? (await inPlace((place) => startRun(place, inputs)))
        if (typeof run === 'string') return refused(run)
        started = run
        watch.onPlace(`runs on GitHub Actions, run ${run}`)
        const hasEnded = await followRun({ timing, botLogin: bot, signal, inPlace }, run)
        const zip = hasEnded ? await inPlace((place) => fetchArtifact(place, run)) : null
        if (zip !== null) return { kind: 'delivered', runId: run, zip }
        lost.add(run)
      }
    } catch (error) {
      // Of a worker that stops the run goes on, and is found by the next attempt.
      const isCalledOff = signal.reason === 'by-person' || signal.reason === 'access-ended'
      if (isCalledOff && started !== null) await callOff(tokens, request, started)
      throw error
    }
    return { kind: 'lost', why: `runs ${[...lost].join(' and ')}` }
  }
}

async function callOff(tokens: InstallationTokens, request: JobRequest, runId: number): Promise<void> {
  await withPlace(tokens, request, AbortSignal.timeout(cancelMs), (place) => cancelRun(place, runId))
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function refused(why: string): Extract<RanElsewhere, { kind: 'refused' }> {
  return { kind: 'refused', reason: 'runner-unavailable', why }
}

/** Asked first: GitHub mints no token with a permission that was not granted, and does not say which one that is. */
async function mayDispatch(granted: GrantedPermissions, { installationId }: JobRequest, signal: AbortSignal) {
  return installationId !== null && (await granted(installationId, signal)).actions === 'write'
}

async function withPlace<T>(
  tokens: InstallationTokens,
  request: JobRequest,
  signal: AbortSignal,
  work: (place: Place) => Promise<T>,
): Promise<T> {
  await using session = openRepositorySession(tokens, request, { actions: 'write', metadata: 'read' }, signal)
  // Awaited here: the token ends with this block.
  return await work({ session, at: await session.locate() })
}

/** A text says why GitHub starts none. */
async function startRun(place: Place, inputs: Readonly<Record<string, string>>): Promise<number | string> {
  try {
    return await dispatch(place, inputs)
  } catch (error) {
    if (!(error instanceof HandoffError) || error.retryable) throw error
    const hint = error.code === 'denied' ? `. Are Actions on in this repository? ${howToGrant}` : ''
    return `GitHub does not start ${jobWorkflow}: ${error.message}${hint}`
  }
}
