import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { SignatureV4 } from '@smithy/signature-v4'

export interface AwsAccess {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

const authorizationPattern =
  /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/(?<region>[^/]+)\/bedrock\/aws4_request, SignedHeaders=(?<names>[^,]+), Signature=[0-9a-f]{64}$/

/** Signs the request anew with AWS's own library, for this region and this moment, and compares. */
export async function isSignedForAws(
  request: IncomingMessage,
  body: Buffer,
  key: AwsAccess,
  region: string,
): Promise<boolean> {
  const { authorization = '' } = request.headers
  const groups = authorizationPattern.exec(authorization)?.groups
  const names = groups?.names?.split(';') ?? []
  if (groups?.region !== region || !['host', 'x-amz-date'].every((name) => names.includes(name))) return false
  const stamp = String(request.headers['x-amz-date'])
  const at = new Date(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  if (Math.abs(Date.now() - at.getTime()) > 5 * 60_000) return false
  const signer = new SignatureV4({ credentials: key, region, service: 'bedrock', sha256: Sha256 })
  const again = await signer.sign(
    {
      ...{ method: 'POST', protocol: 'http:', hostname: '127.0.0.1', path: request.url ?? '', query: {}, body },
      headers: Object.fromEntries(names.map((name) => [name, String(request.headers[name])])),
    },
    { signingDate: at },
  )
  return again.headers.authorization === authorization
}

/** Node's, as AWS's library wants it. */
class Sha256 {
  readonly #hash: Hash | Hmac

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    if (secret === undefined) this.#hash = createHash('sha256')
    else this.#hash = createHmac('sha256', typeof secret === 'string' ? secret : bytesOf(secret))
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof data === 'string' ? data : bytesOf(data))
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }

  reset(): void {}
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data)
}
