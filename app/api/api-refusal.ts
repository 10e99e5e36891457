import type { ErrorAnswer } from './schemas.ts'

type ErrorBody = ErrorAnswer['error']

export const statusOf = {
  'bad-request': 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  timeout: 408,
  'open-already': 409,
  'key-used': 409,
  'too-late': 409,
  'too-large': 413,
  'wrong-type': 415,
  refused: 422,
  'too-many': 429,
  unavailable: 503,
  'internal-error': 500,
} as const satisfies Record<ErrorBody['code'], number>

/** A request that is not done. The message is ours and fit for the caller. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal'
  readonly code: ErrorBody['code']
  readonly retryable: boolean
  readonly more: Omit<ErrorBody, 'code' | 'message'>
  /** Seconds after which another try may help. */
  readonly retryAfter: number | null

  constructor(
    code: ErrorBody['code'],
    message: string,
    { retryAfter = null, ...more }: Omit<ErrorBody, 'code' | 'message'> & { readonly retryAfter?: number | null } = {},
  ) {
    super(message)
    this.code = code
    this.more = more
    this.retryAfter = retryAfter
    this.retryable = retryAfter !== null
  }
}

/** One for all that somebody may not know of: what is not there, and what is not theirs to see. */
export function notFound(): ApiRefusal {
  return new ApiRefusal('not-found', 'There is no such job or repository, or it is not yours to see.')
}
