import { createHash, createHmac } from 'node:crypto'

export interface AwsKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Null: the key is a lasting one. */
  readonly sessionToken: string | null
}

export interface AwsRequest {
  readonly url: URL
  /** In lower case; all of them are signed. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

const algorithm = 'AWS4-HMAC-SHA256'

/**
 * Headers that sign a POST without a query by AWS Signature Version 4. Pure: `at` is in milliseconds since the epoch. The
 * hash of the body is among what is signed, so that nothing on the way can send another with it.
 */
export function signForAws(
  { url, headers, body }: AwsRequest,
  { accessKeyId, secretAccessKey, sessionToken }: AwsKey,
  { region, service, at }: { readonly region: string; readonly service: string; readonly at: number },
): Readonly<Record<string, string>> {
  const stamp = new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const scope = [stamp.slice(0, 8), region, service, 'aws4_request']
  const added = {
    'x-amz-content-sha256': sha256(body),
    'x-amz-date': stamp,
    ...(sessionToken === null ? {} : { 'x-amz-security-token': sessionToken }),
  }
  const signed = Object.entries({ ...headers, ...added, host: url.host }).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const names = signed.map(([name]) => name).join(';')
  const lines = signed.map(([name, value]) => `${name}:${value.trim().replaceAll(/ +/g, ' ')}\n`).join('')
  const canonical = ['POST', escapePath(url.pathname), '', lines, names, sha256(body)].join('\n')
  const text = [algorithm, stamp, scope.join('/'), sha256(canonical)].join('\n')
  const key = scope.reduce<Buffer | string>((derived, part) => hmac(derived, part), `AWS4${secretAccessKey}`)
  const signature = hmac(key, text).toString('hex')
  return {
    ...added,
    authorization: `${algorithm} Credential=${accessKeyId}/${scope.join('/')}, SignedHeaders=${names}, Signature=${signature}`,
  }
}

/** What is escaped in the path already is escaped once more: so it is for every service but S3. */
function escapePath(path: string): string {
  const strict = (part: string) =>
    encodeURIComponent(part).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  return path.split('/').map(strict).join('/')
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
