import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SourceError } from '../pipeline/ports/index.ts'
import type { GitOptions } from './git-command.ts'

/** How one job may read its repository, for as long as it takes to fetch. */
export interface CloneAccess {
  /** `https://…`, `http://…`, or the absolute path or `file:` URL of a repository on this machine. Holds no token. */
  readonly url: string
  /** Reads this one repository and nothing else; null where none is needed. */
  readonly token: string | null
  /**
   * How git comes there, where that is by HTTP: the proxy and the authorities that are trusted, as git and curl take them
   * from the environment. A proxy's password stays there, as the token does.
   */
  readonly network?: Readonly<Record<string, string>>
  /** Revokes the token. */
  dispose(): Promise<void>
}

export interface Remote {
  readonly url: string
  readonly kind: 'http' | 'local'
  readonly options: Pick<GitOptions, 'config' | 'env'>
}

/**
 * Turns an access into what git is given. The token goes into the environment of git and of the transport helper
 * that git starts, and nowhere else: argument lists are readable by every user of the machine, a configuration file
 * outlives the job, and an askpass program would put the token into the environment as well. The environment of a
 * process is readable by its own user alone, who is the worker and holds the App's key anyway; no sandbox shares
 * that user's processes or /proc. `dataDir` takes the settings of local repositories.
 */
export async function openRemote(access: CloneAccess, dataDir: string): Promise<Remote> {
  if (/^https?:\/\//.test(access.url)) return httpRemote(new URL(access.url), access)
  const path = access.url.startsWith('file://') ? access.url.slice('file://'.length) : access.url
  if (!path.startsWith('/'))
    throw new SourceError('denied', 'the repository is neither an HTTP URL nor an absolute path')
  // Git takes its command-line settings away from the process that serves a local repository, so that one needs a
  // file to say that a repository of another user was named on purpose.
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const config = join(dataDir, 'local.gitconfig')
  await writeFile(config, '[safe]\n\tdirectory = *\n', { mode: 0o600 })
  return {
    url: `file://${path}`,
    kind: 'local',
    options: { env: { GIT_ALLOW_PROTOCOL: 'file', GIT_CONFIG_GLOBAL: config } },
  }
}

function httpRemote(url: URL, { token, network = {} }: CloneAccess): Remote {
  if (url.username !== '' || url.password !== '') {
    throw new SourceError('denied', 'the URL of the repository holds credentials')
  }
  if (token === null) return { url: url.href, kind: 'http', options: { env: network } }
  return {
    url: url.href,
    kind: 'http',
    options: {
      config: [[`http.${url.origin}/.extraHeader`, `Authorization: ${basicAuthorization(token)}`]],
      env: network,
    },
  }
}

export function basicAuthorization(token: string): string {
  return `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`
}
