import { randomBytes } from 'node:crypto'
import type { Installation, Permissions, Repository } from '../state/entities.ts'

const LIFETIME_MS = 60 * 60 * 1000

/** One token that was minted, and what became of it. */
export interface InstallationToken {
  readonly token: string
  readonly installation: Installation
  /** `all`: every repository of the installation, also later ones. */
  readonly repositories: readonly Repository[] | 'all'
  readonly permissions: Permissions
  readonly mintedAt: Date
  readonly expiresAt: Date
  readonly revokedAt: Date | undefined
}

export interface InstallationTokens {
  readonly minted: readonly InstallationToken[]
  /** Neither expired nor revoked. */
  live(): InstallationToken[]
  mint(wanted: Pick<InstallationToken, 'installation' | 'repositories' | 'permissions'>): InstallationToken
  find(token: string): InstallationToken | undefined
  revoke(token: InstallationToken): void
  /** Makes every live token expired, as an hour would. */
  expireAll(): void
}

type Kept = { -readonly [Key in keyof InstallationToken]: InstallationToken[Key] }

export function createInstallationTokens(appId: number): InstallationTokens {
  const minted: Kept[] = []
  const live = () => minted.filter(isLive)
  return {
    minted,
    live,
    mint(wanted) {
      const mintedAt = new Date()
      const expiresAt = new Date(mintedAt.getTime() + LIFETIME_MS)
      const kept = { ...wanted, token: randomToken(appId, expiresAt), mintedAt, expiresAt, revokedAt: undefined }
      minted.push(kept)
      return kept
    },
    find: (token) => minted.find((kept) => kept.token === token),
    revoke(token) {
      for (const kept of minted) if (kept === token) kept.revokedAt = new Date()
    },
    expireAll() {
      for (const kept of live()) kept.expiresAt = new Date()
    },
  }
}

export function isLive(token: InstallationToken): boolean {
  return token.revokedAt === undefined && token.expiresAt.getTime() > Date.now()
}

export function covers(token: InstallationToken, repository: Repository): boolean {
  if (repository.installation !== token.installation) return false
  return token.repositories === 'all' || token.repositories.includes(repository)
}

/** As long as GitHub's stateless tokens: about 520 characters, with a JWT inside that says nothing here. */
function randomToken(appId: number, expiresAt: Date): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { exp: Math.floor(expiresAt.getTime() / 1000), jti: randomBytes(32).toString('hex') }
  return `ghs_${appId}_${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${randomBytes(256).toString('base64url')}`
}
