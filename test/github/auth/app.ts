import { generateKeyPair, type KeyObject, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { Permissions, User } from '../state/entities.ts'
import { ensureUser, type State } from '../state/state.ts'

/** The GitHub App as it is registered at the stand-in. */
export interface App {
  readonly id: number
  readonly slug: string
  /** PEM, PKCS#1, as GitHub hands it out. */
  readonly privateKey: string
  readonly publicKey: KeyObject
  readonly webhookSecret: string
  readonly owner: User
  /** Who the App's comments, labels and commits are by. */
  readonly bot: User
  /** What was granted to its installations; a token may hold less, never more. */
  permissions: Permissions
  /** The webhook events that it subscribed to. */
  events: readonly string[]
  /** What its webhook is set to; the secret's value GitHub never shows. */
  hook: { url: string; contentType: 'json' | 'form'; hasSecret: boolean; insecureSsl: '0' | '1' }
  readonly createdAt: Date
}

export interface AppSpec {
  readonly slug?: string
  readonly owner?: string
  readonly permissions?: Permissions
  readonly events?: readonly string[]
}

const PERMISSIONS: Permissions = {
  checks: 'write',
  contents: 'write',
  issues: 'write',
  metadata: 'read',
  pull_requests: 'write',
}

/** Registers a new App, with a key and a secret of its own. */
export async function createApp(state: State, spec: AppSpec = {}): Promise<App> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const slug = spec.slug ?? 'airlock'
  return {
    id: state.nextId(),
    slug,
    privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    publicKey,
    webhookSecret: randomBytes(32).toString('hex'),
    owner: ensureUser(state, spec.owner ?? 'acme', 'Organization'),
    bot: ensureUser(state, `${slug}[bot]`, 'Bot'),
    permissions: { ...(spec.permissions ?? PERMISSIONS), metadata: 'read' },
    events: spec.events ?? [
      'check_run',
      'check_suite',
      'issues',
      'issue_comment',
      'pull_request',
      'pull_request_review',
      'pull_request_review_comment',
      'repository',
    ],
    hook: {
      ...{ url: 'https://airlock.example.com/api/github/webhooks', contentType: 'json' },
      ...{ hasSecret: true, insecureSsl: '0' },
    },
    createdAt: new Date(),
  }
}
