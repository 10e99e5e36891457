import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { connectRedis } from '../../worker/queue/connect-redis.ts'
import type { GitHubStandIn } from '../github/stand-in.ts'
import type { Issue, Repository } from '../github/state/entities.ts'
import type { Delivery } from '../github/webhooks/deliveries.ts'
import { linkKeptPostures } from '../kept-postures.ts'
import { type Installation, startInstallation } from './installation.ts'

/** One request of a person's, and the job that was made of it. */
export interface Asked {
  readonly repository: Repository
  readonly issue: Issue
  readonly jobId: string
}

/** A whole installation with folders of its own, and what a test does to it. */
export interface World extends AsyncDisposable {
  readonly installation: Installation
  readonly github: GitHubStandIn
  readonly dataDir: string
  /** The installation's own temporary folder: sockets are made in it. */
  readonly temporary: string
  /** `ada` may write in it. */
  createRepository(spec: WorldRepository): Promise<Repository>
  /** Opens an issue as ada, labels it, and waits until the app has made a job of it. */
  ask(repository: Repository, title?: string): Promise<Asked>
  /** What the app logs at the end of an accepted event. */
  handled(delivery: Delivery): Promise<Handled>
  /** Resolves when the ledger says that the job has come to its end, a good or a bad one. */
  ended(jobId: string, timeoutMs?: number): Promise<void>
  /** Ids of all jobs that were ever written down. */
  jobs(): Promise<string[]>
}

export interface WorldRepository {
  readonly name: string
  /** A whole airlock.yml; by default the agent writes one file. */
  readonly policy?: string
  /** `acme` by default; another owner has an installation of its own. */
  readonly owner?: string
  /** True by default. */
  readonly private?: boolean
  readonly topics?: readonly string[]
  readonly properties?: Readonly<Record<string, string>>
}

export interface Handled {
  readonly jobId: string
  /** `enqueued`, `answered` or `ignored`. */
  readonly kind: string
  /** What was answered. */
  readonly with: unknown
}

export const writesOneFile = 'agent: command\ncommand: [sh, -c, "echo fixed > fixed.txt"]\n'
/** Patience, and no promise: nothing waits as long as this but what never comes. */
const soonMs = 60_000
const endMs = 60_000
const entryKeys = 'airlock:ledger:jobs:entry:'

export async function startWorld(env: Readonly<Record<string, string>> = {}): Promise<World> {
  await using stack = new AsyncDisposableStack()
  // Short, because the path of a unix socket ends at 107 bytes; the users of sandboxes may pass through.
  const root = await mkdtemp('/tmp/airlock-e2e-')
  stack.defer(() => rm(root, { recursive: true, force: true }))
  await chmod(root, 0o711)
  const dataDir = join(root, 'data')
  const temporary = join(root, 'tmp')
  await mkdir(temporary, { mode: 0o711 })
  await linkKeptPostures(dataDir)
  const installation = stack.use(
    await startInstallation({ dataDir, openapi: true, env: { TMPDIR: temporary, ...env } }),
  )
  const redis = await connectRedis({ url: installation.redisUrl, log: { warn: () => undefined } })
  stack.defer(() => redis.disconnect())
  const { github, app } = installation
  const owned = stack.move()

  async function handled({ guid }: Delivery): Promise<Handled> {
    const line = await app.waitFor(({ msg, deliveryId }) => msg === 'trigger handled' && deliveryId === guid, soonMs)
    return { jobId: String(line.jobId), kind: String(line.kind), with: line.with }
  }

  return {
    installation,
    github,
    dataDir,
    temporary,
    handled,
    async createRepository({ policy = writesOneFile, ...spec }) {
      const files = { 'README.md': 'a repository\n', '.github/airlock.yml': policy }
      const repository = await github.createRepository({ ...spec, files })
      github.addCollaborator(repository, 'ada', 'write')
      return repository
    },
    async ask(repository, title = 'Mend it') {
      const { issue } = await github.openIssue(repository, { by: 'ada', title, body: 'It is broken.' })
      const { delivery } = await github.label(repository, issue.number, { by: 'ada', name: 'airlock' })
      expect(delivery.statusCode).toBe(202)
      const { jobId, kind } = await handled(delivery)
      expect(kind).toBe('enqueued')
      return { repository, issue, jobId }
    },
    ended: (jobId, timeoutMs = endMs) =>
      vi.waitFor(async () => expect(await redis.hget(entryKeys + jobId, 'state')).toMatch(/^(done|dead)$/), {
        timeout: timeoutMs,
        interval: 50,
      }),
    // Redis gives keys in another order when some were added in between.
    jobs: async () => (await redis.keys(`${entryKeys}*`)).map((key) => key.slice(entryKeys.length)).toSorted(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
