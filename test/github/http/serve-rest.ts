import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Identity, identify } from '../auth/identify.ts'
import type { CheckRequest } from '../openapi/check-request.ts'
import type { World } from '../world.ts'
import { answerRest, resolveRepositoryId } from './answer-rest.ts'
import { type Faults, faultReply } from './faults.ts'
import type { Match, MatchRoute } from './match-route.ts'
import { readBody } from './read-body.ts'
import { Refusal, refusalReply } from './refusal.ts'
import type { RequestLog } from './request-log.ts'
import type { Call, Reply } from './route.ts'
import { writeReply } from './write-reply.ts'

export const API_ROOT = '/api/v3'

export interface RestServices {
  readonly world: World
  readonly matchRoute: MatchRoute
  readonly faults: Faults
  readonly log: RequestLog
  /** Undefined where requests are not held against GitHub's description. */
  readonly checkRequest: CheckRequest | undefined
}

export async function serveRest(
  services: RestServices,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const { world, faults, log, checkRequest } = services
  const method = request.method ?? 'GET'
  const sent = url.pathname.slice(API_ROOT.length)
  const path = resolveRepositoryId(world, sent)
  const match = services.matchRoute(method, path)
  const { body, malformed } = await readBody(request)
  const { accept = '', authorization } = request.headers
  const call: Call = { world, path, params: match?.params ?? {}, query: url.searchParams, body, accept }
  const violations = malformed ? ['body: not JSON'] : match && checkRequest ? checkRequest(match, call) : []
  const template = match?.route.template
  const fault = faults.take({ method, path, template })
  const identity = identify(world, authorization)
  const query = url.search
  const at = new Date()
  const record = log.add({
    at,
    method,
    path: sent,
    query,
    template,
    identity,
    body,
    violations,
    fault,
    status: undefined,
  })

  await faults.pause(record, 'before')
  if (fault === 'timeout-before') return void response.destroy()
  const reply = typeof fault === 'object' ? faultReply(fault) : await answer(match, call, identity, violations)
  await faults.pause(record, 'after-effect')
  if (fault === 'timeout-after-effect') return void response.destroy()
  record.status = reply.status
  writeReply(response, reply)
}

async function answer(
  match: Match | undefined,
  call: Call,
  identity: Identity,
  violations: readonly string[],
): Promise<Reply> {
  try {
    if (!match) throw new Refusal(404, 'Not Found')
    if (violations.length > 0) throw new Refusal(422, `Invalid request.\n\n${violations.join('\n')}`)
    return await answerRest(match, call, identity)
  } catch (error) {
    if (error instanceof Refusal) return refusalReply(error)
    throw error
  }
}
