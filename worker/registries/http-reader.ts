import { Buffer } from 'node:buffer'

/** A registry that gave no answer. The message is for a person, and has no address in it. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
}

/** Where one registry is; a user and password in the operator's address are sent as a header. */
export interface Place {
  readonly base: URL
  readonly headers?: Readonly<Record<string, string>>
}

export interface Reader {
  /**
   * The body at a path below the registry's address, or null where there is none. `path` is encoded. Throws
   * RegistryError for every other end, and what aborted it.
   */
  read(place: Place, path: string, mostBytes: number): Promise<Buffer | null>
}

const timeoutMs = 10_000
const agent = 'airlock-license-gate'

export function createHttpReader(signal: AbortSignal): Reader {
  return {
    async read(place, path, mostBytes) {
      const url = below(place.base, path)
      const timeout = AbortSignal.timeout(timeoutMs)
      try {
        const headers = { 'user-agent': agent, accept: '*/*', ...authorization(place.base), ...place.headers }
        const response = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.any([signal, timeout]) })
        if (response.status === 200) return await bodyOf(response, mostBytes)
        await response.body?.cancel()
        if (response.status === 404 || response.status === 410) return null
        const redirects = response.status >= 300 && response.status < 400
        throw new RegistryError(
          redirects ? 'its registry redirects, which is not followed' : `its registry answers ${response.status}`,
        )
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof RegistryError) throw error
        throw new RegistryError(
          timeout.aborted ? 'its registry did not answer in time' : 'its registry cannot be reached',
          {
            cause: error,
          },
        )
      }
    },
  }
}

/** A path that leads out of the registry's own place is a bug or an attack: nothing is asked then. */
function below(base: URL, path: string): URL {
  const url = new URL(base.origin)
  const root = base.pathname.replace(/(?<!\/)\/+$/, '')
  const [name = '', query = ''] = path.split('?')
  url.pathname = `${root}/${name}`
  url.search = query
  if (url.origin !== base.origin || url.pathname !== `${root}/${name}`) {
    throw new RegistryError('its name or version is none that a registry knows')
  }
  return url
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {}
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

/** What was decompressed counts, so that a small answer cannot fill the memory. */
async function bodyOf(response: Response, mostBytes: number): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of response.body ?? []) {
    bytes += piece.length
    if (bytes > mostBytes) throw new RegistryError('its registry answers more than is read')
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
