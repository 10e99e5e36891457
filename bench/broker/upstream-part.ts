/** A server to be reached directly and through the broker: a few bytes, or many, over HTTP and TLS. */
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { Readable } from 'node:stream'
import { listen, portOf } from '../../test/broker/broker-world.ts'
import { makeCertificate } from '../../test/broker/certificate.ts'
import { servePart } from '../start-part.ts'
import { largeBytes, upstreamName } from './upstream-facts.ts'

const piece = Buffer.alloc(64 * 1024, 'x')

const answer: RequestListener = (request, response) => {
  if (!request.url?.endsWith('/large')) return void response.end('ok')
  response.writeHead(200, { 'content-length': largeBytes })
  Readable.from(pieces()).pipe(response)
}

function* pieces() {
  for (let sent = 0; sent < largeBytes; sent += piece.length) yield piece
}

const certificate = await makeCertificate([upstreamName])
const [http, https] = [createServer(answer), createTlsServer(certificate, answer)]
// The sides take turns, and none may find its connection closed when it is its turn again.
for (const server of [http, https]) server.keepAliveTimeout = 600_000
await Promise.all([http, https].map((server) => listen(server)))
servePart({ http: portOf(http), https: portOf(https), certificate: certificate.cert })
