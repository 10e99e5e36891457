import { stat } from 'node:fs/promises'
import { basicAuthorization } from './access-options.ts'

/** What a remote answers when git could not read it. Git's own exit status says only that it failed. */
export type RemoteState = 'reachable' | 'denied' | 'unavailable'

const timeoutMs = 15_000

/** Asks the remote's first URL by itself and judges by its status, never by what git printed. */
export async function remoteState(url: string, token: string | null, signal: AbortSignal): Promise<RemoteState> {
  if (url.startsWith('file://')) return localState(url.slice('file://'.length))
  try {
    const response = await fetch(`${url.replace(/\/$/, '')}/info/refs?service=git-upload-pack`, {
      headers: token === null ? {} : { authorization: basicAuthorization(token) },
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
    await response.body?.cancel()
    if (response.ok) return 'reachable'
    const limited = response.headers.get('x-ratelimit-remaining') === '0' || response.headers.has('retry-after')
    return [401, 403, 404].includes(response.status) && !limited ? 'denied' : 'unavailable'
  } catch {
    signal.throwIfAborted()
    return 'unavailable'
  }
}

async function localState(path: string): Promise<RemoteState> {
  try {
    return (await stat(path)).isDirectory() ? 'reachable' : 'denied'
  } catch {
    return 'denied'
  }
}
