import type { JobRequest } from '../contract/index.ts'
import { HandoffError } from '../pipeline/ports/index.ts'
import type { InstallationToken, InstallationTokens, TokenPermissions } from './installation-tokens.ts'

/** GitHub counts each minting and each revoking: steps of a job that follow each other share a token. */
export interface SharedTokens extends InstallationTokens {
  /**
   * Until it is disposed of, whoever asks for this job and for no more than these permissions is lent one token. It is
   * minted when the first one asks, and revoked at the end.
   */
  hold(request: JobRequest, permissions: TokenPermissions): AsyncDisposable
  /** Lends none that may do more than was asked for: what git has in its environment can read, whatever else goes on. */
  readonly exact: InstallationTokens
}

interface Hold {
  readonly permissions: TokenPermissions
  minted: Promise<InstallationToken> | null
  mintedAt: number
  /** The installation was not granted all of it: each asks for its own. */
  isRefused: boolean
}

/** What a repository was called when its token was minted; afterwards it may have been renamed, and is looked for. */
const namedMs = 10_000

type Lends = (held: TokenPermissions, asked: TokenPermissions) => boolean

export function createSharedTokens(tokens: InstallationTokens): SharedTokens {
  const holds = new Map<string, Hold>()

  function lending(lends: Lends): InstallationTokens {
    return {
      ...tokens,
      async mint(request, permissions, signal) {
        const hold = holds.get(request.id)
        if (hold === undefined || hold.isRefused || !lends(hold.permissions, permissions)) {
          return tokens.mint(request, permissions, signal)
        }
        try {
          return await lend(tokens, hold, request, signal)
        } catch (error) {
          if (!(error instanceof HandoffError && error.code === 'suspended')) throw error
          hold.isRefused = true
          return tokens.mint(request, permissions, signal)
        }
      },
    }
  }

  return {
    ...lending(covers),
    exact: lending((held, asked) => covers(held, asked) && covers(asked, held)),
    hold({ id }, permissions) {
      const hold: Hold = { permissions, minted: null, mintedAt: 0, isRefused: false }
      holds.set(id, hold)
      return {
        async [Symbol.asyncDispose]() {
          if (holds.get(id) === hold) holds.delete(id)
          const token = await hold.minted?.catch(() => null)
          await token?.[Symbol.asyncDispose]()
        },
      }
    },
  }
}

async function lend(
  tokens: InstallationTokens,
  hold: Hold,
  request: JobRequest,
  signal: AbortSignal,
): Promise<InstallationToken> {
  if (hold.minted === null) hold.mintedAt = Date.now()
  hold.minted ??= tokens.mint(request, hold.permissions, signal)
  const { minted } = hold
  const forget = () => {
    if (hold.minted === minted) hold.minted = null
  }
  try {
    const token = await minted
    const discard = async () => {
      forget()
      await token.discard()
    }
    const repository = Date.now() - hold.mintedAt < namedMs ? token.repository : null
    return { ...token, repository, discard, [Symbol.asyncDispose]: async () => {} }
  } catch (error) {
    forget()
    throw error
  }
}

/** Every token may read metadata. */
function covers(held: TokenPermissions, asked: TokenPermissions): boolean {
  return Object.entries({ ...asked, metadata: 'read' }).every(([name, level]) => {
    const has = new Map(Object.entries({ ...held, metadata: 'read' })).get(name)
    return has === 'write' || has === level
  })
}
