import { randomUUID } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BaseLogger } from 'pino'
import { secretFolders } from '../../../worker/broker/read-secret.ts'
import type { JobRequest, LifeEffect, LifeEntry } from '../../../worker/contract/index.ts'
import { defaultSourceLimits } from '../../../worker/git/create-source.ts'
import { removeMirror } from '../../../worker/git/mirror.ts'
import { actOnLife, type LifePorts } from '../../../worker/pipeline/act-on-life.ts'
import type { PipelinePorts } from '../../../worker/pipeline/job.ts'
import { createLeavingBook } from '../../../worker/queue/clear-leaving.ts'
import type { connectRedis } from '../../../worker/queue/connect-redis.ts'
import { createLifeJournal, type LifeJournal } from '../../../worker/queue/life-journal.ts'
import { removeSnapshots } from '../../../worker/seal/remove-snapshots.ts'
import type { DataFolders } from '../data-folders.ts'
import { repeat } from '../repeat.ts'

export interface LifeWatchDeps {
  readonly redis: Awaited<ReturnType<typeof connectRedis>>
  readonly folders: DataFolders
  readonly secretsDir: string | undefined
  readonly audits: PipelinePorts['audits']
  /** Jobs that run on this machine. */
  readonly running: () => readonly JobRequest[]
  readonly log: Pick<BaseLogger, 'info' | 'warn'>
}

/** Two questions to Redis each time; somebody took the App away and waits for what is kept to be gone. */
const everyMs = 1000

/** Acts upon what installations and repositories went through: once now, for what came while no worker was here, and again and again. */
export async function startLifeWatch(deps: LifeWatchDeps): Promise<AsyncDisposable> {
  const { redis, folders, log } = deps
  const leaving = createLeavingBook(redis)
  const journal = await openJournal(redis, folders.root)
  const ports = lifePortsOf(deps)

  const look = async (signal: AbortSignal) => {
    for (const { id, entry } of await journal.next()) {
      // A job that was told to stop could still store what it is about to seal.
      if (entry !== null && isBusyWith(deps.running(), entry)) return
      const removed = entry === null ? [] : await actOnLife(ports, id, entry, signal)
      await journal.confirm(id)
      log.info({ journal: id, event: entry?.event.name, removed }, 'acted on an organisation event')
      warnOfSecrets(removed.flatMap(({ secretsLeft }) => secretsLeft))
    }
    const cleared = await leaving.clear()
    if (cleared.length > 0) log.info({ cleared }, 'removed what was kept in Redis')
  }

  const warnOfSecrets = (left: readonly string[]) => {
    if (left.length > 0)
      log.warn({ folders: left }, 'secrets of a repository that has left are closed to others of its name: remove them')
  }

  const watching = repeat(everyMs, async (signal) => {
    await look(signal).catch((error: unknown) => {
      if (!signal.aborted) log.warn({ err: error }, 'could not act on an organisation event')
    })
  })
  return {
    async [Symbol.asyncDispose]() {
      await watching[Symbol.asyncDispose]()
      await leaving[Symbol.asyncDispose]()
    },
  }
}

function isBusyWith(running: readonly JobRequest[], { installationId, effects }: LifeEntry): boolean {
  return running.some(
    (request) =>
      request.installationId === installationId &&
      effects.some(({ effect, repository }) => effect === 'remove' && repository.id === request.repository.id),
  )
}

/** Whoever it is, it is told by its data folder: what is kept there is what has to be removed. */
async function openJournal(redis: LifeWatchDeps['redis'], root: string): Promise<LifeJournal> {
  const path = join(root, 'worker-id')
  const isNew = await writeFile(path, randomUUID(), { mode: 0o600, flag: 'wx' }).then(
    () => true,
    () => false,
  )
  const journal = createLifeJournal(redis, (await readFile(path, 'utf8')).trim())
  if (isNew) await journal.skipToEnd()
  return journal
}

function lifePortsOf({ folders, secretsDir, audits }: LifeWatchDeps): LifePorts {
  return {
    removeMirror: (id, signal) => removeMirror(folders.root, id, 3 * defaultSourceLimits.fetchMs, signal),
    removeSnapshots: (id) => removeSnapshots(folders.snapshots, id),
    secretFolders: async (effect) => (secretsDir === undefined ? [] : ownSecretFolder(secretsDir, effect)),
    audits,
  }
}

/** Of the repository alone; its owner's is for others too. */
async function ownSecretFolder(dir: string, { repository }: LifeEffect): Promise<readonly string[]> {
  const [own] = secretFolders(dir, repository)
  if (own === undefined) return []
  return (await stat(own).catch(() => null)) === null ? [] : [own]
}
