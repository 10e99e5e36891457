import type { BaseLogger } from 'pino'
import { type JobRequest, type JobSummary, type StepName, shownIdOf } from '../contract/index.ts'
import { type Fence, HandoffError, type Reporter, type Wording } from '../pipeline/ports/index.ts'
import { writeCheckRuns } from './check-run.ts'
import type { CodeScanning } from './code-scanning.ts'
import { commentPermission } from './comment-permission.ts'
import { createIdleHold } from './idle-hold.ts'
import type { InstallationTokens, TokenPermissions } from './installation-tokens.ts'
import type { LocatedRepository } from './locate-repository.ts'
import { createPacedWriter, type Pace } from './paced-writer.ts'
import { react } from './react.ts'
import { openRepositorySession, type RepositorySession } from './repository-session.ts'
import { createSharedTokens } from './shared-tokens.ts'
import { writeStatusComment } from './status-comment.ts'

export interface ChecksDeps {
  /** The App's own. */
  readonly appId: number
  /** Remembers whose check runs the commit has, for when all of them are asked for again. Throws a retryable error. */
  note(repositoryId: number, commit: string, jobId: string): Promise<void>
}

export interface ReporterDeps {
  readonly tokens: InstallationTokens
  /** Null: no check runs are written, where whoever runs the job has a right to none. */
  readonly checks: ChecksDeps | null
  /** Null: no findings are uploaded. */
  readonly codeScanning: CodeScanning | null
  readonly wording: Pick<Wording, 'running' | 'finished' | 'checkRuns'>
  readonly botLogin: () => Promise<string>
  /** Of the attempt that reports: one that was overtaken must not write over its successor's words. */
  readonly fence: Fence
  readonly log: Pick<BaseLogger, 'warn'>
  readonly pace?: Pace
}

/**
 * GitHub allows an App some 500 writes an hour: a step is told soon, what an agent does in it now and then, the more
 * seldom the longer it goes on, and nothing of a job that ends while one would read it. The app has said by then that the
 * job is taken.
 */
const gentle: Pace = { firstMs: 1000, soonMs: 3000, laterMs: 20_000, laterPart: 0.1 }
const writeMs = 60_000
/** Longer than between two edits of a job of half an hour in which something goes on. */
const keptMs = 4 * 60_000

interface StatusUpdate {
  readonly request: JobRequest
  readonly text: string
}

/** Tells the requester of one attempt. Whatever GitHub refuses is logged, and the job goes on. */
export function createReporter(deps: ReporterDeps): Reporter & AsyncDisposable {
  const { checks, codeScanning, wording, fence, log } = deps
  /** Of this attempt's words alone: they go out beside its steps, and share no token with them. */
  const tokens = createSharedTokens(deps.tokens)
  const kept = createIdleHold(keptMs, (err) => log.warn({ err }, 'a token could not be ended'))
  let commentId: number | null = null
  let step: StepName | null = null
  const writer = createPacedWriter(async (update: StatusUpdate) => {
    const { request } = update
    await kept.use(
      () => tokens.hold(request, commentPermission(request)),
      () => writeComment(update),
    )
  }, deps.pace ?? gentle)

  const endKept = () => kept[Symbol.asyncDispose]()

  async function endProgress(): Promise<void> {
    await writer[Symbol.asyncDispose]()
    await endKept()
  }

  /** What GitHub refuses is logged; that it is away is also returned. */
  async function quietly(
    request: JobRequest,
    permissions: TokenPermissions,
    work: (session: RepositorySession, at: LocatedRepository) => Promise<void>,
  ): Promise<HandoffError | null> {
    try {
      await using session = openRepositorySession(tokens, request, permissions, AbortSignal.timeout(writeMs))
      await work(session, await session.locate())
      return null
    } catch (error) {
      log.warn({ err: error, jobId: request.id, permissions }, 'GitHub could not be told')
      return error instanceof HandoffError && error.retryable ? error : null
    }
  }

  function writeComment({ request, text }: StatusUpdate): Promise<HandoffError | null> {
    return quietly(request, commentPermission(request), async (session, at) => {
      const botLogin = await deps.botLogin()
      commentId = await writeStatusComment(session, at, request, { text, botLogin, known: commentId, fence })
    })
  }

  async function writeChecks(request: JobRequest, summary: JobSummary, commit: string): Promise<HandoffError | null> {
    if (checks === null) return null
    const texts = wording.checkRuns(request, summary)
    const jobId = shownIdOf(request)
    await checks.note(request.repository.id, commit, jobId)
    return quietly(request, { checks: 'write' }, (session, at) =>
      writeCheckRuns(session, at, { jobId, appId: checks.appId, commit, texts, fence }),
    )
  }

  function writeReaction(request: JobRequest, { outcome: { outcome } }: JobSummary): Promise<HandoffError | null> {
    return quietly(request, commentPermission(request), (session, at) =>
      react(session, at, request, { outcome, fence }),
    )
  }

  async function uploadFindings(request: JobRequest, { report: { branch }, gates }: JobSummary, commit: string) {
    if (branch === null || codeScanning === null) return
    const findings = gates.flatMap((gate) => gate.findings)
    await codeScanning.upload(request, { findings, branch, commit, fence })
  }

  return {
    async progress(request, progress) {
      if (request.subject === null) return
      const text = wording.running(request, progress)
      writer.offer({ request, text }, progress.step === step ? 'later' : 'soon')
      step = progress.step
    },
    async finished(asked, summary, commit) {
      await endProgress()
      const request = { ...asked, subject: asked.subject ?? summary.held?.thread ?? null }
      // A request that names no issue has the pull request for its answer.
      const isAnswered = request.subject !== null
      const checked = commit ?? unpublishedOn(request, summary)
      const answer = isAnswered ? commentPermission(request) : {}
      const permissions: TokenPermissions = checked === null ? answer : { ...answer, checks: 'write' }
      const tellAll = () =>
        Promise.all([
          isAnswered ? writeComment({ request, text: wording.finished(request, summary) }) : null,
          checked === null ? null : writeChecks(request, summary, checked),
          isAnswered ? writeReaction(request, summary) : null,
          commit === null ? null : uploadFindings(request, summary, commit),
        ])
      const [comment, checkRuns] = await kept.use(() => tokens.hold(request, permissions), tellAll).finally(endKept)
      // Where GitHub is away, or asks to wait for long, all of it is told later. What is there by then is found.
      const away = comment ?? checkRuns
      if (away !== null) throw away
    },
    [Symbol.asyncDispose]: endProgress,
  }
}

/**
 * The head of the pull request of ours that a job was to go on in and did not: its check run has the buttons to decide
 * with, and to run it again. On a person's commit, of which the change is no part, there is none. What another job does
 * with its own is told by that one.
 */
function unpublishedOn({ continues, base }: JobRequest, { outcome: { outcome } }: JobSummary): string | null {
  return continues !== undefined && outcome !== 'joined' ? base.sha : null
}
