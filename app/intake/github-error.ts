export type GitHubErrorCode = 'unavailable' | 'rate-limited' | 'unauthenticated' | 'denied' | 'not-found' | 'rejected'

/** GitHub did not do what was asked of it. */
export class GitHubError extends Error {
  override readonly name = 'GitHubError'
  readonly code: GitHubErrorCode
  readonly retryable: boolean
  /** Milliseconds that GitHub asked us to wait; null where it named no time. */
  readonly retryAfterMs: number | null

  constructor(
    code: GitHubErrorCode,
    message: string,
    options?: ErrorOptions & { readonly retryAfterMs?: number | null },
  ) {
    super(message, options)
    this.code = code
    this.retryable = code === 'unavailable' || code === 'rate-limited'
    this.retryAfterMs = options?.retryAfterMs ?? null
  }
}
