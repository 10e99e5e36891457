import type { BaseLogger } from 'pino'
import { z } from 'zod'
import type { JobResult, ProgressNote } from '../contract/index.ts'
import type { Checkpoints, Fence } from '../pipeline/ports/index.ts'
import { createCheckpoints } from './checkpoints.ts'
import { AttemptStoppedError, evaluateFailure, type FailureVerdict } from './evaluate-failure.ts'
import { findGrave, type Grave, graveOf, unreadable } from './grave.ts'
import type { Ledger } from './ledger.ts'
import { triesPerJob, triesToTell } from './settings.ts'

export interface AttemptContext {
  /** Counts up with every start of this job, whoever starts it. */
  readonly attempt: number
  readonly fence: Fence
  /** Aborted with an AttemptStoppedError. A handler that then rejects gives the job back; one that resolves ends it. */
  readonly signal: AbortSignal
  readonly checkpoints: Checkpoints
  /** For whoever asks how far the job is. */
  noteProgress(progress: ProgressNote): Promise<void>
  /** For whoever asks how it ended. */
  noteResult(result: JobResult): Promise<void>
}

/** A job that was given up. `request` is null where it could not be read. */
export interface DeadLetter<T> extends Grave {
  readonly id: string
  readonly request: T | null
}

/** Whether it is a job's turn, and what it then is. */
export type Turn<T> =
  | Waiting
  /** `end` is called when the attempt is over, whatever becomes of it. */
  | { readonly kind: 'run'; readonly request: T; readonly end?: () => Promise<void> }

interface Waiting {
  readonly kind: 'wait'
  readonly delayMs: number
  /** Its place among others from now on. Left out: as it was. */
  readonly priority?: number
}

export interface AttemptDeps<T> {
  readonly ledger: Ledger
  /** Asked before an attempt is counted. A job that waits comes back later, however often. Left out: it always is. */
  readonly begin?: (request: T) => Promise<Turn<T>>
  readonly schema: z.ZodType<T>
  readonly handle: (request: T, context: AttemptContext) => Promise<void>
  /** Tells whoever asked. Called again later when it throws a retryable error. */
  readonly onDeadLetter: (letter: DeadLetter<T>, context: AttemptContext) => Promise<void>
  readonly log: Pick<BaseLogger, 'error'>
  readonly backoffMs: number
}

/** One delivery of a job by BullMQ. */
export interface Given {
  readonly id: string
  readonly lockKey: string
  readonly lockToken: string
  readonly data: unknown
  readonly crashes: number
  readonly failures: number
  readonly signal: AbortSignal
}

export type AttemptEnd = { readonly kind: 'done' | 'dead' } | Waiting | Exclude<FailureVerdict, { kind: 'bury' }>

/** Runs a job once, if it still has to be run, and decides what becomes of it. Never throws. */
export async function runAttempt<T>(deps: AttemptDeps<T>, given: Given): Promise<AttemptEnd> {
  try {
    return await takeAndRun(deps, given)
  } catch (error) {
    // The ledger could not be written. As long as Redis is away there is nothing to give up.
    const verdict = evaluateFailure(error, failureFacts(deps, given, Number.POSITIVE_INFINITY))
    deps.log.error({ err: error, jobId: given.id, verdict: verdict.kind }, 'ledger failed')
    return verdict.kind === 'bury' ? { kind: 'dead' } : verdict
  }
}

async function takeAndRun<T>(deps: AttemptDeps<T>, given: Given): Promise<AttemptEnd> {
  const asked = parseJob(deps.schema, given.data)
  const turn = asked === null ? null : ((await deps.begin?.(asked)) ?? { kind: 'run', request: asked })
  if (turn?.kind === 'wait') return turn
  try {
    return await runTaken(deps, given, turn?.request ?? null)
  } finally {
    await turn?.end?.()
  }
}

async function runTaken<T>(deps: AttemptDeps<T>, given: Given, request: T | null): Promise<AttemptEnd> {
  const taken = await deps.ledger.take(given.id, given.lockKey, given.lockToken)
  if (taken.kind !== 'taken') return { kind: taken.kind === 'finished' ? 'done' : 'lost' }

  const context = createContext(deps.ledger, given, taken.token)
  const grave = await findGrave(deps.ledger, given.id, given.crashes)
  if (grave !== null || request === null) return bury(deps, given, context, request, grave ?? unreadable)

  try {
    await deps.handle(request, context)
    await deps.ledger.write(given.id, taken.token, 'state', 'done')
    return { kind: 'done' }
  } catch (error) {
    const verdict = evaluateFailure(error, failureFacts(deps, given, triesPerJob))
    deps.log.error({ err: error, jobId: given.id, attempt: taken.token, verdict: verdict.kind }, 'attempt failed')
    return verdict.kind === 'bury' ? bury(deps, given, context, request, graveOf(error)) : verdict
  }
}

async function bury<T>(
  deps: AttemptDeps<T>,
  given: Given,
  context: AttemptContext,
  request: T | null,
  grave: Grave,
): Promise<AttemptEnd> {
  await deps.ledger.write(given.id, context.attempt, 'grave', JSON.stringify(grave))
  try {
    await deps.onDeadLetter({ ...grave, id: given.id, request }, context)
  } catch (error) {
    const verdict = evaluateFailure(error, failureFacts(deps, given, triesPerJob + triesToTell))
    deps.log.error({ err: error, jobId: given.id, verdict: verdict.kind }, 'could not tell that a job was given up')
    if (verdict.kind !== 'bury') return verdict
  }
  await deps.ledger.write(given.id, context.attempt, 'state', 'dead')
  return { kind: 'dead' }
}

function createContext(ledger: Ledger, given: Given, token: number): AttemptContext {
  const { id, signal } = given
  const fence = {
    async check() {
      signal.throwIfAborted()
      await ledger.check(id, token)
    },
  }
  return {
    attempt: token,
    fence,
    signal,
    checkpoints: createCheckpoints(ledger, token),
    noteProgress: (progress) => ledger.write(id, token, 'progress', JSON.stringify(progress)),
    noteResult: (result: JobResult) => ledger.write(id, token, 'result', JSON.stringify(result)),
  }
}

function failureFacts(deps: Pick<AttemptDeps<never>, 'backoffMs'>, given: Given, tries: number) {
  const stopped = given.signal.reason instanceof AttemptStoppedError ? given.signal.reason : null
  return { failures: given.failures, tries, stopped, backoffMs: deps.backoffMs, jitter: Math.random() }
}

const dataSchema = z.object({ body: z.string() })

/** Redis is an edge like any other: what comes out of it is parsed again. */
function parseJob<T>(schema: z.ZodType<T>, data: unknown): T | null {
  const body = dataSchema.safeParse(data)
  if (!body.success) return null
  try {
    return schema.safeParse(JSON.parse(body.data.body)).data ?? null
  } catch {
    return null
  }
}
