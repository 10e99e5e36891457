import { join, relative } from 'node:path'
import type { Repository } from '../contract/index.ts'
import type { ModelExchange } from '../pipeline/ports/broker.ts'
import type { Upstream, Upstreams } from './gateway/provider.ts'
import { type FoldersOf, readSecret } from './read-secret.ts'

/** A key of a repository's or organisation's own, as its file holds it. */
export interface ModelKey {
  readonly value: string
  /** Whose it is, for the record: `acme` or `acme/widget`. */
  readonly owner: string
}
export type OwnModelKeys = Partial<Readonly<Record<ModelExchange['provider'], ModelKey>>>

export interface ModelKeys {
  /** Read anew for each session, so that a key can be changed under a running worker. */
  load(repository: Pick<Repository, 'id' | 'owner' | 'name'>): Promise<OwnModelKeys>
}

/**
 * Keys in the folder of secrets: `DIR/owner/repository/anthropic.key`, else `DIR/owner/anthropic.key`. With the dot no
 * policy can name one as a secret of its setup.
 */
export function createModelKeys(dir: string, foldersOf: FoldersOf): ModelKeys {
  return {
    async load(repository) {
      const folders = await foldersOf(repository)
      const found = await Promise.all(
        providers.map(async (provider) => [provider, await readFirst(dir, folders, `${provider}.key`)] as const),
      )
      return Object.fromEntries(found.filter(([, key]) => key !== null))
    },
  }
}

const providers = ['anthropic', 'openai', 'gemini'] as const
/** What a header can carry. */
const keyPattern = /^[\x21-\x7e]+$/

/** The nearest file decides, also where it is of no use: the key of somebody else is no way out. */
async function readFirst(dir: string, folders: readonly string[], name: string): Promise<ModelKey | null> {
  for (const folder of folders) {
    const value = await readSecret(join(folder, name))
    if (value !== null) return { value, owner: relative(dir, folder) }
  }
  return null
}

/**
 * The upstreams of one session: a key of the repository's own takes the place of everybody's. It is for the same service;
 * one that cannot be a key there leaves the repository without.
 */
export function withOwnKeys(upstreams: Upstreams, own: OwnModelKeys): Upstreams {
  const upstreamOf = (provider: ModelExchange['provider']) => {
    const key = own[provider]
    const upstream = upstreams[provider]
    if (key === undefined) return upstream
    const usable = upstream.cloud?.isKey(key.value) ?? keyPattern.test(key.value)
    return { ...upstream, apiKey: usable ? key.value : null, keyOwner: key.owner }
  }
  return { anthropic: upstreamOf('anthropic'), openai: upstreamOf('openai'), gemini: upstreamOf('gemini') }
}

const settings = { anthropic: 'ANTHROPIC_API_KEY', openai: 'OPENAI_API_KEY', gemini: 'GEMINI_API_KEY' } as const
const cloudSettings = {
  bedrock: 'AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY,',
  vertex: 'GOOGLE_APPLICATION_CREDENTIALS',
} as const

/** What an operator would have to mend before this upstream could be asked. Null: there is a key. */
export function keyToSet(provider: ModelExchange['provider'], { apiKey, cloud, keyOwner }: Upstream): string | null {
  if (apiKey !== null && apiKey !== '') return null
  if (keyOwner !== undefined) return `the file ${keyOwner}/${provider}.key in AIRLOCK_SECRETS_DIR holds no usable key`
  const setting = cloud === undefined ? settings[provider] : cloudSettings[cloud.name]
  return `an operator sets ${setting} for the worker, or puts a key of the owner's own into AIRLOCK_SECRETS_DIR`
}
