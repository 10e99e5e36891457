import type { IncomingHttpHeaders } from 'node:http'
import { ApiRefusal } from './api-refusal.ts'

/** Of an App: they prove no person. Not sent on to GitHub to hear that. */
const ofAnApp = /^(?:ghs_|ghr_|eyJ)/
const form = /^[A-Za-z0-9_.-]{20,255}$/

/** Throws ApiRefusal where there is none, or one that cannot be a person's. */
export function readToken({ authorization }: IncomingHttpHeaders): string {
  const [scheme = '', token = '', ...more] = (authorization ?? '').split(' ')
  const usable = scheme.toLowerCase() === 'bearer' && form.test(token) && more.length === 0
  if (!usable || ofAnApp.test(token)) throw unauthenticated()
  return token
}

/** One for all: whoever tries tokens out does not learn what was wrong with one. */
export function unauthenticated(): ApiRefusal {
  const message =
    "Bring a person's token: Authorization: Bearer TOKEN, with a GitHub token or one that the operator made. docs/api.md says which count."
  return new ApiRefusal('unauthenticated', message)
}
