import { randomBytes } from 'node:crypto'
import type { Repository, User } from '../state/entities.ts'

/** What a person has to prove who they are: made by them, or given to an App or a site that they logged in to. */
export interface UserToken {
  readonly token: string
  readonly user: User
  /** Of a classic token, or of one that an OAuth app holds; undefined: another kind. */
  readonly scopes: readonly string[] | undefined
  /** What a fine-grained one was made for; `all`: whatever the person may see. */
  readonly repositories: readonly Repository[] | 'all'
  /** The App that a user token belongs to. */
  readonly appId: number | undefined
}

export type UserTokenSpec =
  | { readonly kind: 'classic'; readonly scopes: readonly string[] }
  | { readonly kind: 'fine-grained'; readonly repositories?: readonly Repository[] }
  | { readonly kind: 'app'; readonly appId: number }

export interface UserTokens {
  create(user: User, spec: UserTokenSpec): string
  find(token: string): UserToken | undefined
  revoke(token: string): void
}

const prefixes = { classic: 'ghp_', 'fine-grained': 'github_pat_', app: 'ghu_' } as const

export function createUserTokens(): UserTokens {
  const tokens = new Map<string, UserToken>()
  return {
    create(user, spec) {
      const token = `${prefixes[spec.kind]}${randomBytes(18).toString('hex')}`
      tokens.set(token, {
        ...{ token, user },
        scopes: spec.kind === 'classic' ? spec.scopes : undefined,
        repositories: (spec.kind === 'fine-grained' ? spec.repositories : undefined) ?? 'all',
        appId: spec.kind === 'app' ? spec.appId : undefined,
      })
      return token
    },
    find: (token) => tokens.get(token),
    revoke: (token) => void tokens.delete(token),
  }
}
