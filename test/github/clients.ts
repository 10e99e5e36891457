import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from 'octokit'
import type { InstallationToken } from './auth/installation-tokens.ts'
import type { GitHubStandIn } from './stand-in.ts'

/** The real clients, pointed at the stand-in. Nothing is tried twice, so that each answer shows. */

const once = { throttle: { enabled: false }, retry: { enabled: false } }

export function createAppOctokit({ url, app }: GitHubStandIn): Octokit {
  const auth = { appId: app.id, privateKey: app.privateKey }
  return new Octokit({ ...once, baseUrl: `${url}/api/v3`, authStrategy: createAppAuth, auth })
}

/** A client as the App makes it: it mints its own token, for everything that was granted. */
export function createInstallationOctokit({ url, app, installationId }: GitHubStandIn): Octokit {
  const auth = { appId: app.id, privateKey: app.privateKey, installationId }
  return new Octokit({ ...once, baseUrl: `${url}/api/v3`, authStrategy: createAppAuth, auth })
}

export function createTokenOctokit({ url }: GitHubStandIn, { token }: Pick<InstallationToken, 'token'>): Octokit {
  return new Octokit({ ...once, baseUrl: `${url}/api/v3`, auth: token })
}

export async function mintToken(
  standIn: GitHubStandIn,
  scope: { readonly repositories?: string[]; readonly permissions?: Record<string, 'read' | 'write'> } = {},
): Promise<InstallationToken> {
  const { data } = await createAppOctokit(standIn).rest.apps.createInstallationAccessToken({
    installation_id: standIn.installationId,
    ...scope,
  })
  const token = standIn.tokens.find(data.token)
  if (!token) throw new Error('the stand-in does not know the token that it minted')
  return token
}

/** An empty folder that is gone afterwards. */
export async function createFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'github-stand-in-test-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Real git with nothing of the machine's configuration; rejects with its stderr where it says no. */
export async function git(folder: string, token: string | undefined, ...args: string[]): Promise<string> {
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64')
  const header = token === undefined ? [] : ['-c', `http.extraHeader=Authorization: Basic ${basic}`]
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com']
  const env = {
    PATH: process.env.PATH,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
  }
  const { stdout } = await promisify(execFile)('git', [...header, ...identity, ...args], { cwd: folder, env })
  return stdout.trimEnd()
}
