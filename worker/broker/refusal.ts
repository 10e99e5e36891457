import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Phase } from '../contract/index.ts'

/** A no that a model understands and acts on: what was refused, why, and what to do instead. */
export interface Refusal {
  readonly status: number
  readonly what: string
  readonly why: string
  readonly instead: string
  /** True where the same request may succeed in a moment. */
  readonly passing?: boolean
}

/** The key of airlock.yml that lists what a phase may reach. */
function networkKey(phase: Phase): string {
  return phase === 'setup' ? 'setup.network' : 'network'
}

const maxListed = 20

/** What could be reached instead. */
export function allowedHere(phase: Phase, entries: readonly string[]): string {
  const named = [...new Set(entries)]
  if (named.length === 0) return ''
  const more = named.length > maxListed ? ` and ${named.length - maxListed} more` : ''
  return ` The ${phase} phase allows ${named.slice(0, maxListed).join(', ')}${more}.`
}

/** The advice for a host that the policy does not list. */
export function askForHost(phase: Phase, host: string): string {
  return (
    'do not try again or look for another way, there is none. Go on without it; if the work needs it, say in your ' +
    `last message that a maintainer would have to add ${host} to ${networkKey(phase)} in .github/airlock.yml.`
  )
}

const maxReason = 200

/** Most clients show of a refused CONNECT its first line alone. */
function reasonPhrase({ what, why }: Refusal): string {
  return `Airlock refused ${what} ${why}`.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, maxReason)
}

function refusalText(refusal: Refusal): string {
  return `Airlock refused ${refusal.what}\nWhy: ${refusal.why}\nInstead: ${refusal.instead}\n`
}

/** Answers a request with a refusal. `x-should-retry` is what the SDKs of model providers look at. */
export function sendRefusal(response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const text = refusalText(refusal)
  response
    .writeHead(refusal.status, {
      'content-type': 'text/plain; charset=utf-8',
      'content-length': Buffer.byteLength(text),
      'x-should-retry': refusal.passing === true ? 'true' : 'false',
    })
    .end(text)
}

/** Answers on a bare stream, where Node has no response object, and closes it. */
export function endRefused(stream: Duplex, refusal: Refusal): void {
  const text = refusalText(refusal)
  const head = [
    `HTTP/1.1 ${refusal.status} ${reasonPhrase(refusal)}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ]
  stream.end(`${head.join('\r\n')}\r\n\r\n${text}`, () => stream.destroy())
}
