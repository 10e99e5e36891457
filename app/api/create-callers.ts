import { type ApiToken, apiTokenDigest, apiTokenPrefix } from '../../worker/contract/index.ts'
import type { Caller, Callers, RepositoryName } from './ports.ts'

export interface CallersDeps {
  /** Whose a token of GitHub's is. Throws GitHubError. */
  readonly owners: { ownerOf(token: string, signal: AbortSignal): Promise<Caller | null> }
  /** Tokens that the operator made, by their SHA-256. Throws a retryable error. */
  readonly tokens: { find(digest: string): Promise<ApiToken | null> }
}

/** A token of the operator's never leaves this process; one of GitHub's goes to GitHub and nowhere else. */
export function createCallers({ owners, tokens }: CallersDeps): Callers {
  return {
    async callerOf(token, signal) {
      if (!token.startsWith(apiTokenPrefix)) return owners.ownerOf(token, signal)
      const entry = await tokens.find(apiTokenDigest(token))
      return entry === null ? null : callerFrom(entry)
    },
  }
}

/** The permission is asked of GitHub each time; the account's id has to be the one that the token was made for. */
function callerFrom({ user, repositories }: ApiToken): Caller {
  return {
    ...user,
    type: 'User',
    sees: async (wanted) => repositories.find((one) => isSame(one, wanted))?.id ?? null,
  }
}

function isSame(one: ApiToken['repositories'][number], { owner, name, id }: RepositoryName & { readonly id?: number }) {
  if (id !== undefined) return one.id === id
  return `${one.owner}/${one.name}`.toLowerCase() === `${owner}/${name}`.toLowerCase()
}
