const minLength = 16
/** Probot's own default among them: a server that starts with it accepts whatever anybody signs. */
const wellKnown = new Set(['development', 'secret', 'changeme', 'webhook-secret', 'your-webhook-secret-here'])

/** Why this webhook secret must not be used, or null. Says nothing of the secret itself. */
export function checkWebhookSecret(secret: string | undefined): string | null {
  if (secret === undefined || secret.trim() === '') return 'it is missing: anybody could send webhooks'
  if (wellKnown.has(secret.trim().toLowerCase())) return 'it is a well-known default: anybody could sign webhooks'
  if (secret.length < minLength) return `it has fewer than ${minLength} characters: it could be guessed`
  return null
}

/** The app does not start with a webhook secret that proves nothing. */
export class WebhookSecretError extends Error {
  override readonly name = 'WebhookSecretError'
  readonly code = 'unsafe-secret'
  readonly retryable = false
}
