import type { Reply } from './route.ts'

/** A request that GitHub would answer with an error: its status and body. */
export class Refusal extends Error {
  readonly status: number
  readonly errors: readonly unknown[] | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    message: string,
    details: { errors?: readonly unknown[]; headers?: Record<string, string> } = {},
  ) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.errors = details.errors
    this.headers = details.headers ?? {}
  }
}

export const notFound = () => new Refusal(404, 'Not Found')
export const badCredentials = (reason = 'Bad credentials') => new Refusal(401, reason)
export const notPermitted = () => new Refusal(403, 'Resource not accessible by integration')
export const invalid = (message: string) => new Refusal(422, message)

/** The form in which GitHub names the field that it does not like. */
export const validationFailed = (...errors: readonly unknown[]) => new Refusal(422, 'Validation Failed', { errors })

export function refusalReply({ status, message, errors, headers }: Refusal): Reply {
  const documentation = { documentation_url: 'https://docs.github.com/rest', status: String(status) }
  return { status, headers, body: { message, ...(errors ? { errors } : {}), ...documentation } }
}
