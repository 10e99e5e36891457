import type { z } from 'zod'
import type { InstallationToken } from '../auth/installation-tokens.ts'
import type { UserToken } from '../auth/user-tokens.ts'
import type { Permissions, Repository } from '../state/entities.ts'
import type { World } from '../world.ts'
import { Refusal } from './refusal.ts'

export interface Reply {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A request on its way to its route: everything in it is still as the client sent it. */
export interface Call {
  readonly world: World
  /** Below the API root, as sent. */
  readonly path: string
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: unknown
  readonly accept: string
}

export interface TokenCall extends Call {
  readonly token: InstallationToken
}

export interface UserCall extends Call {
  readonly userToken: UserToken
}

export interface RepositoryCall extends Call {
  readonly repository: Repository
  /** The token's; none for a stranger who reads a public repository. */
  readonly permissions: Permissions
}

/** What a token must hold, as `contents:write`. */
export type Need = `${string}:${'read' | 'write'}`

interface Place {
  readonly method: string
  /** Spelled as in GitHub's OpenAPI description. */
  readonly template: string
}

type Handle<Kind extends Call> = (call: Kind) => Reply | Promise<Reply>

/** `app`: by an App JWT; `token`: by any installation token; `user`: by a person's; `repository`: by a token for that repository that holds one of the needs. */
export type Route =
  | (Place & { readonly auth: 'app'; readonly handle: Handle<Call> })
  | (Place & { readonly auth: 'token'; readonly handle: Handle<TokenCall> })
  | (Place & { readonly auth: 'user'; readonly handle: Handle<UserCall> })
  | (Place & { readonly auth: 'repository'; readonly needs: readonly Need[]; readonly handle: Handle<RepositoryCall> })

export function appRoute(method: string, template: string, handle: Handle<Call>): Route {
  return { auth: 'app', method, template, handle }
}

export function tokenRoute(method: string, template: string, handle: Handle<TokenCall>): Route {
  return { auth: 'token', method, template, handle }
}

export function userRoute(method: string, template: string, handle: Handle<UserCall>): Route {
  return { auth: 'user', method, template, handle }
}

/** `rest` is what follows `/repos/{owner}/{repo}`. */
export function repositoryRoute(
  method: string,
  rest: string,
  needs: readonly Need[],
  handle: Handle<RepositoryCall>,
): Route {
  return { auth: 'repository', method, template: `/repos/{owner}/{repo}${rest}`, needs, handle }
}

export function param(call: Call, name: string): string {
  const value = call.params[name]
  if (value === undefined) throw new Error(`this route has no parameter ${name}`)
  return value
}

export function parseBody<Output>(call: Call, schema: z.ZodType<Output>): Output {
  const parsed = schema.safeParse(call.body ?? {})
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new Refusal(422, `Invalid request.\n\n${errors.join('\n')}`)
}
