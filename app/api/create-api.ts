import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BaseLogger } from 'pino'
import { apiTokenPrefix, type KnownJob, QueueUnavailableError } from '../../worker/contract/index.ts'
import { GitHubError } from '../intake/github-error.ts'
import type { ThreadBook } from '../intake/ports.ts'
import { discardRest } from '../webhooks/discard-rest.ts'
import { ApiRefusal, notFound, statusOf } from './api-refusal.ts'
import { type AskDeps, askForJob } from './ask-for-job.ts'
import { findJob } from './find-job.ts'
import { createGuessWatch } from './guess-watch.ts'
import { jobAnswer } from './job-answer.ts'
import { openApiDocument } from './open-api.ts'
import type { Caller, Callers, Pace } from './ports.ts'
import { readJson } from './read-json.ts'
import { createReadMemo } from './read-memo.ts'
import { readToken, unauthenticated } from './read-token.ts'
import { askBodySchema, jobIdParameter, keySchema } from './schemas.ts'

export interface ApiDeps extends AskDeps {
  readonly callers: Callers
  readonly threads: Pick<ThreadBook, 'cancel'>
  readonly pace: Pace
  /** What addresses of GitHub's pages begin with. */
  readonly webUrl: string
  readonly log: Pick<BaseLogger, 'info' | 'warn' | 'error'>
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** One request, as far as it is understood. */
interface Call {
  readonly request: IncomingMessage
  readonly token: string
  readonly signal: AbortSignal
}

interface Answer {
  readonly status: number
  readonly body: object
  readonly headers?: Readonly<Record<string, string>>
}

export const jobsPath = '/api/jobs'
export const openApiPath = '/api/openapi.json'

/** A whole answer: some ten requests to GitHub. */
const answerMs = 25_000
const asks = { most: 30, windowSeconds: 600 }
const looks = { most: 120, windowSeconds: 60 }

/** The paths that belong to the API. */
export function isApiPath(path: string | undefined): boolean {
  return path === openApiPath || path === jobsPath || path?.startsWith(`${jobsPath}/`) === true
}

export function createApi(deps: ApiDeps): RequestHandler {
  const guesses = createGuessWatch(deps.now)
  const memo = createReadMemo(deps.now)
  const document = openApiDocument()

  async function route(request: IncomingMessage): Promise<Answer> {
    const [path = ''] = (request.url ?? '').split('?', 1)
    const { method } = request
    if (path === openApiPath) return method === 'GET' ? { status: 200, body: document } : notAllowed('GET')
    const id = path === jobsPath ? null : path.slice(jobsPath.length + 1)
    if (id === null && method !== 'POST') return notAllowed('POST')
    if (id !== null && method !== 'GET' && method !== 'DELETE') return notAllowed('GET, DELETE')
    const call = { request, token: readToken(request.headers), signal: AbortSignal.timeout(answerMs) }
    if (id === null) return ask(call)
    if (!jobIdParameter.safeParse(id).success) {
      await authenticate(call)
      throw notFound()
    }
    return method === 'GET' ? show(call, id) : cancel(call, id)
  }

  async function ask(call: Call): Promise<Answer> {
    const caller = await authenticate(call)
    await keepPace(caller.id, 'asks', asks)
    const key = keyOf(call.request)
    const body = await readJson(call.request, askBodySchema)
    const job = await askForJob(deps, { caller, body, key }, call.signal)
    deps.log.info({ caller: caller.id, jobId: job.id, repository: body.repository }, 'job asked for over the API')
    return { status: 202, body: answerOf(job), headers: { location: `${jobsPath}/${job.id}` } }
  }

  async function show(call: Call, id: string): Promise<Answer> {
    const known = memo.whoSaw(call.token, id)
    if (known !== null) {
      await keepPace(known, 'looks', looks)
      const job = await deps.known.find(id)
      if (job === null) throw notFound()
      return { status: 200, body: answerOf(job) }
    }
    const { caller, job } = await find(call, id)
    memo.note(call.token, id, caller.id)
    return { status: 200, body: answerOf(job) }
  }

  async function cancel(call: Call, id: string): Promise<Answer> {
    const { caller } = await find(call, id)
    const stopped = await deps.threads.cancel(id)
    deps.log.info({ caller: caller.id, jobId: id, stopped }, 'job cancelled over the API')
    if (!stopped) throw new ApiRefusal('too-late', 'The job has ended, or is past the point where it can be stopped.')
    const job = await deps.known.find(id)
    if (job === null) throw notFound()
    return { status: 202, body: answerOf(job) }
  }

  async function find(call: Call, id: string): Promise<{ readonly caller: Caller; readonly job: KnownJob }> {
    const caller = await authenticate(call)
    await keepPace(caller.id, 'looks', looks)
    return { caller, job: await findJob(deps, caller, id, call.signal) }
  }

  async function authenticate({ token, signal }: Call): Promise<Caller> {
    // The operator's own are looked up here: no number of them annoys GitHub.
    const isOurs = token.startsWith(apiTokenPrefix)
    if (!isOurs && !guesses.mayTry(token)) {
      throw new ApiRefusal('too-many', 'Too many wrong tokens of late.', { retryAfter: 60 })
    }
    const caller = await deps.callers.callerOf(token, signal)
    if (caller === null) {
      if (!isOurs) guesses.failed(token)
      throw unauthenticated()
    }
    if (!isOurs) guesses.succeeded(token)
    return caller
  }

  async function keepPace(callerId: number, what: string, { most, windowSeconds }: typeof asks): Promise<void> {
    const wait = await deps.pace.take(`api:${what}:${callerId}`, most, windowSeconds)
    if (wait !== null) throw new ApiRefusal('too-many', `At most ${most} in ${windowSeconds} s.`, { retryAfter: wait })
  }

  const answerOf = (job: KnownJob) => jobAnswer(job, deps.webUrl)

  return async (request, response) => {
    try {
      write(request, response, await route(request))
    } catch (error) {
      write(request, response, answerForError(error, deps.log))
    }
  }
}

function notAllowed(allow: string): Answer {
  return { ...refusalAnswer(new ApiRefusal('method-not-allowed', `Only ${allow}.`)), headers: { allow } }
}

function keyOf({ headers }: IncomingMessage): string | null {
  const given = headers['idempotency-key']
  if (given === undefined) return null
  const key = keySchema.safeParse(given)
  if (key.success) return key.data
  throw new ApiRefusal('bad-request', 'Idempotency-Key: expected 1 to 200 visible ASCII characters, once.')
}

/** Nothing of an error but our own words is told; nothing of a request is logged but who it was from. */
function answerForError(error: unknown, log: ApiDeps['log']): Answer {
  if (error instanceof ApiRefusal) return refusalAnswer(error)
  if (error instanceof QueueUnavailableError) {
    log.warn({ err: error }, 'the queue is away: the API took nothing')
    return away('The queue is away. Ask again with the same Idempotency-Key: it stays one job.', 10)
  }
  const isSlow = error instanceof DOMException && error.name === 'TimeoutError'
  if (isSlow || error instanceof GitHubError) {
    log.warn({ err: error }, 'GitHub did not answer a request of the API')
    const wait = error instanceof GitHubError ? error.retryAfterMs : null
    return away('GitHub is away, slow or limits us. Ask again with the same Idempotency-Key.', (wait ?? 30_000) / 1000)
  }
  log.error({ err: error }, 'a request of the API could not be handled')
  return refusalAnswer(new ApiRefusal('internal-error', 'It could not be handled; the operator has the log.'))
}

function away(message: string, seconds: number): Answer {
  return refusalAnswer(new ApiRefusal('unavailable', message, { retryAfter: Math.ceil(seconds) }))
}

function refusalAnswer({ code, message, more, retryAfter }: ApiRefusal): Answer {
  const headers = {
    ...(retryAfter === null ? {} : { 'retry-after': String(retryAfter) }),
    ...(code === 'unauthenticated' ? { 'www-authenticate': 'Bearer' } : {}),
  }
  return { status: statusOf[code], body: { error: { code, message: message.slice(0, 2000), ...more } }, headers }
}

function write(request: IncomingMessage, response: ServerResponse, { status, body, headers = {} }: Answer): void {
  const text = `${JSON.stringify(body)}\n`
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.end(text)
  discardRest(request)
}
