import type { GitHubApp } from './create-github-app.ts'
import type { GitHubClient } from './github-client.ts'

export interface OwnerScope {
  /** The account of the installation. */
  readonly account: string
  readonly installationId: number
  /** What the repository's own token was minted for. */
  readonly token: Parameters<GitHubApp['openClient']>[1]
  /** Reads public repositories, where the App is not installed on the owner's own. */
  readonly otherwise: GitHubClient
}
