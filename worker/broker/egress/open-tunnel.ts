import type { Duplex } from 'node:stream'
import { acceptTls } from '../inspect/open-tls.ts'
import { endRefused } from '../refusal.ts'
import { type Admission, admit, dial, hostAndPort, recordDenied } from './admit.ts'
import type { Opening } from './client-hello.ts'
import type { Door } from './door.ts'
import type { Authority } from './parse-host.ts'
import { readOpeningOf } from './read-opening-of.ts'
import { splice } from './splice.ts'

/** What is left of a tunnel whose requests are read here: whom it was for, and whether they came through TLS. */
export interface Tunnel {
  readonly target: Authority
  readonly secure: boolean
}

/** Takes over a tunnel that carries HTTP that can be read, so that its requests are checked one by one. */
export type TakeRequests = (client: Duplex, tunnel: Tunnel) => void

const tlsAlerts = { accessDenied: 49, internalError: 80 }

/**
 * CONNECT. Where a rule for the host looks at requests, TLS ends here; else nobody reads it. The host is checked before the tunnel is granted; what comes through it is checked before anything is
 * dialled: TLS has to name the same server (SNI), anything else has to be HTTP, and on port 443 has to be TLS.
 */
export async function openTunnel(
  door: Door,
  target: Authority,
  client: Duplex,
  head: Buffer,
  takeRequests: TakeRequests,
): Promise<void> {
  const admitted = await admit(door, 'connect', target, door.log.now())
  if ('refusal' in admitted) return endRefused(client, admitted.refusal)
  const { admission } = admitted

  client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
  if (head.length > 0) client.unshift(head)
  const opening = await readOpeningOf(client, door.limits.openingMs)
  if (opening?.kind === 'not-tls' && target.port !== 443) return takeRequests(client, { target, secure: false })
  const wrong = whatIsWrong(opening, target)
  if (wrong !== null) return cut(door, admission, client, opening, wrong)

  if (admission.rules.some(({ requests }) => requests !== null)) {
    const secured = await endTls(door, target, client)
    if (secured === null) return recordDenied(door, admission, noHandshake)
    return takeRequests(secured, { target, secure: true })
  }
  const upstream = await dial(door, admission, door.signal)
  if (upstream === null) return endWithAlert(client, tlsAlerts.internalError)
  await splice(door, admission, client, upstream)
}

const noHandshake =
  'the client ended the TLS that ends here: it does not trust the certificates in the variables of its environment'

async function endTls({ inspection, limits, track }: Door, target: Authority, client: Duplex): Promise<Duplex | null> {
  if (inspection === null) throw new Error('a rule looks into TLS, and the session has no authority for it')
  const secured = await acceptTls(client, inspection.authority.contextOf(target.name), limits.openingMs)
  return secured === null ? null : track(secured)
}

function whatIsWrong(opening: Opening | null, target: Authority): string | null {
  if (opening === null) return 'nothing came through the tunnel in time'
  if (opening.kind === 'malformed') return `the tunnel does not carry clean TLS: ${opening.why}`
  if (opening.kind !== 'tls') return 'port 443 is for TLS, and this is something else'
  if (opening.encrypted) return 'its server name is encrypted (ECH), so nobody can tell whom it is for'
  // Addresses have no server name (RFC 6066); only an operator's own presets can be addresses.
  if (target.isAddress && opening.serverName === null) return null
  if (opening.serverName === null) return 'its TLS does not say which server it is for (no SNI)'
  if (opening.serverName.toLowerCase() === target.name) return null
  return 'its TLS is for another server (SNI) than the CONNECT was'
}

function cut(door: Door, admission: Admission, client: Duplex, opening: Opening | null, why: string): void {
  recordDenied(door, admission, why)
  if (opening?.kind === 'tls') {
    endWithAlert(client, tlsAlerts.accessDenied)
    return
  }
  endRefused(client, {
    status: 403,
    what: `the tunnel to ${hostAndPort(admission.target)}.`,
    why: `${why}.`,
    instead: 'speak TLS to exactly the host of the CONNECT, with its name as SNI.',
  })
}

/** The one refusal that a TLS client understands: a fatal alert. */
function endWithAlert(client: Duplex, description: number): void {
  client.end(Buffer.from([21, 3, 3, 0, 2, 2, description]), () => client.destroy())
}
