import type { IncomingMessage, ServerResponse } from 'node:http'
import { judgeRequest } from '../inspect/judge-request.ts'
import { connectTls } from '../inspect/open-tls.ts'
import { askForHost, type Refusal, sendRefusal } from '../refusal.ts'
import { type Admission, admit, dial, hostAndPort, recordDenied } from './admit.ts'
import type { Door } from './door.ts'
import { exchange, outgoing } from './exchange.ts'
import type { HttpTarget } from './proxy-target.ts'

/**
 * HTTP that can be read: plain, or from a TLS that ended here and goes on as another. Each request is checked on its own
 * and gets a connection of its own: nothing that one request leaves behind can become the beginning of another
 * (smuggling). Redirects go back to the client, whose next try is checked.
 */
export async function forwardHttp(
  door: Door,
  target: HttpTarget,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const admitted = await admit(door, target.secure ? 'https' : 'http', target.authority, door.log.now())
  if ('refusal' in admitted) return sendRefusal(response, admitted.refusal)
  const { admission } = admitted
  const method = request.method ?? 'GET'
  const path = target.path.split('?', 1)[0] ?? ''
  const judged = judgeRequest(admission.rules, {
    ...{ method, path, secure: target.secure },
    rawHeaders: request.rawHeaders,
  })
  if (!judged.allowed) return refuse(door, admission, `${judged.why} (${method} ${path})`, response)
  if (request.headers.upgrade?.toLowerCase() === 'websocket') return refuseUpgrade(door, admission, response)

  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const signal = AbortSignal.any([gone.signal, door.signal])
  const { rule, credential } = judged
  const note = credential === null ? '' : ` with ${credential.secret}`
  const by = target.secure ? `${rule.entry}: ${method} ${path}${note}` : rule.entry
  const dialled = await dial(door, admission, signal, by)
  if (dialled === null) return sendRefusal(response, unreachable(admission))
  try {
    const upstream = target.secure ? await secure(door, dialled, target) : { socket: dialled }
    if ('why' in upstream) return sendRefusal(response, notTrusted(admission, upstream.why))
    const asking = outgoing(upstream.socket, request, target, credential)
    await exchange(door, admission, asking, request, response, credential)
  } catch {
    // The server or the client broke off. Before the head of the answer that can still be said in words.
    sendRefusal(response, unreachable(admission))
  } finally {
    dialled.destroy()
  }
}

async function secure(
  { inspection, limits }: Door,
  socket: Parameters<typeof connectTls>[0],
  { authority }: HttpTarget,
) {
  if (inspection === null) throw new Error('TLS that nobody ended cannot go on')
  return connectTls(socket, authority, inspection.upstream, limits.connectMs)
}

function refuse(door: Door, admission: Admission, why: string, response: ServerResponse): void {
  recordDenied(door, admission, why)
  sendRefusal(response, {
    status: 403,
    what: `the request to ${hostAndPort(admission.target)}.`,
    why: `${why}.`,
    instead: askForHost(door.phase, `this request to ${admission.target.name}`),
  })
}

function refuseUpgrade(door: Door, admission: Admission, response: ServerResponse): void {
  recordDenied(door, admission, 'a WebSocket that would be read here')
  sendRefusal(response, {
    status: 403,
    what: `a WebSocket to ${hostAndPort(admission.target)}.`,
    why: 'WebSockets pass through a CONNECT tunnel with TLS only, to hosts whose rule looks at no request.',
    instead: 'use a wss:// address, through the proxy.',
  })
}

function notTrusted({ target }: Admission, why: string): Refusal {
  return {
    status: 502,
    what: `nothing, but ${hostAndPort(target)} has no TLS that the worker trusts.`,
    why: `the handshake ended with ${why}.`,
    instead: 'do not try again; only the operator of Airlock can mend that.',
  }
}

function unreachable({ target }: Admission): Refusal {
  return {
    status: 502,
    what: `nothing, but ${hostAndPort(target)} did not answer.`,
    why: 'the host is allowed; it could not be reached, or broke off.',
    instead: 'try once more later, or go on without it.',
    passing: true,
  }
}
