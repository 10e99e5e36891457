import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { pipeline } from 'node:stream/promises'

const json = (value: unknown) => Buffer.from(JSON.stringify(value))
const sha256 = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** A registry on loopback with one image of one layer, which is a tar. `name` is how an Engine is told to pull it. */
export async function serveBase(tar: string): Promise<AsyncDisposable & { readonly name: string }> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(tar), hash)
  const layer = `sha256:${hash.digest('hex')}`
  const size = (await stat(tar)).size
  const config = json({ architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [layer] } })
  const type = 'application/vnd.docker.distribution.manifest.v2+json'
  const manifest = json({
    schemaVersion: 2,
    mediaType: type,
    config: {
      mediaType: 'application/vnd.docker.container.image.v1+json',
      size: config.length,
      digest: sha256(config),
    },
    layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar', size, digest: layer }],
  })
  const server = createServer((request, response) => {
    const [, kind, wanted] = /^\/v2\/debian\/(manifests|blobs)\/(sha256:[0-9a-f]{64})$/.exec(request.url ?? '') ?? []
    const content = kind === 'manifests' ? manifest : wanted === sha256(config) ? config : null
    if (request.url === '/v2/') return response.end('{}')
    if (kind === undefined || (content === null && wanted !== layer)) return response.writeHead(404).end()
    response.setHeader('content-type', kind === 'manifests' ? type : 'application/octet-stream')
    response.setHeader('content-length', content?.length ?? size)
    response.setHeader('docker-content-digest', wanted ?? '')
    if (request.method === 'HEAD') return response.end()
    if (content !== null) return response.end(content)
    return createReadStream(tar).pipe(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('no port')
  return {
    name: `127.0.0.1:${address.port}/debian@${sha256(manifest)}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
