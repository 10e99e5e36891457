import { createServer } from 'node:https'
import { connectToLoopback, listen, portOf, publicAddress } from '../../test/broker/broker-world.ts'
import { makeCertificate } from '../../test/broker/certificate.ts'
import { certificateFolder } from '../../test/broker/inspect/certificate-folder.ts'
import type { BrokerDeps } from '../../worker/broker/create-broker-factory.ts'
import type { Trial } from './trial.ts'

export interface Asked {
  readonly path: string
  readonly status: 200 | 401 | 404
}

export interface Registry extends AsyncDisposable {
  /** What a broker needs to find it, and to trust it. No other name resolves. */
  readonly deps: Pick<BrokerDeps, 'resolver' | 'connect' | 'certificates'>
  /** In order. */
  readonly asked: readonly Asked[]
}

/** A registry on loopback, over TLS, that refuses whoever does not bring the token. */
export async function startRegistry(
  { host, answer }: Pick<Trial, 'host' | 'answer'>,
  token: string,
): Promise<Registry> {
  const certificate = await makeCertificate([host])
  const trust = await certificateFolder(certificate.cert)
  const asked: Asked[] = []
  const server = createServer(certificate, (request, response) => {
    const [path = ''] = (request.url ?? '').split('?')
    const end = (status: Asked['status'], body: string | Buffer = '') => {
      asked.push({ path, status })
      response.writeHead(status, path.endsWith('/') ? { 'content-type': 'text/html' } : {}).end(body)
    }
    if (request.headers.authorization !== `Bearer ${token}`) return end(401)
    const body = answer(path)
    if (body === null) end(404)
    else end(200, body)
  })
  const stop = await listen(server)
  return {
    asked,
    deps: {
      certificates: trust.path,
      resolver: async (name) => (name === host ? [publicAddress] : []),
      connect: connectToLoopback(portOf(server)),
    },
    async [Symbol.asyncDispose]() {
      await stop()
      await trust[Symbol.asyncDispose]()
    },
  }
}
