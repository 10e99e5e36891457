import { createHash } from 'node:crypto'
import type { Isolation, JobRequest } from '../contract/index.ts'
import type { Choice } from './choose-engine.ts'
import type { Job } from './job.ts'
import type { Snapshot } from './ports/index.ts'

export interface Setup {
  /** Null where the policy sets nothing up: there is nothing to seal and nothing to reuse. */
  readonly snapshotKey: string | null
  /** What an earlier job left sealed under the same key. */
  readonly snapshot: Snapshot | null
}

/**
 * What lies ready on this machine is laid out while GitHub is asked whether the job may still run: only the worker sees
 * it, and it goes with the job's folders. Disposing of it stops what is under way, and waits until it has stopped.
 */
export interface WarmStart extends AsyncDisposable {
  /** Looks for a snapshot of the very same setup, and begins to copy it into the agent's folders. */
  begin(choice: Pick<Choice, 'engine' | 'imageDigest'>): void
  /** What was found. */
  setup(): Promise<Setup>
  /** Resolves when the copy is whole. */
  restored(): Promise<void>
}

export function createWarmStart({ request, ports, folders, attempt }: Job): WarmStart {
  const stop = new AbortController()
  const signal = AbortSignal.any([attempt.signal, stop.signal])
  let setup: Promise<Setup> = notBegun()
  let restored: Promise<void> = notBegun()
  const settled = async () => void (await Promise.allSettled([setup, restored]))

  return {
    begin({ engine, imageDigest }) {
      const owner = engine.fileOwner(request.id)
      setup = findSetup(keyOfSetup(request, engine.isolation, imageDigest))
      restored = setup.then(async ({ snapshot }) => {
        if (snapshot !== null) await ports.snapshots.restore(snapshot, folders.agent, owner, signal)
      })
      // Whoever needs it hears of its failure; nobody does where the job ends before that.
      void settled()
    },
    setup: () => setup,
    restored: () => restored,
    async [Symbol.asyncDispose]() {
      stop.abort()
      await settled()
    },
  }

  async function findSetup(snapshotKey: string | null): Promise<Setup> {
    return { snapshotKey, snapshot: snapshotKey === null ? null : await ports.snapshots.find(snapshotKey) }
  }
}

/** A bug: `prepare` begins it before anybody asks. */
function notBegun(): Promise<never> {
  const never = Promise.reject(new Error('the warm start was not begun'))
  never.catch(() => undefined)
  return never
}

/**
 * Everything that setup's result depends on. The repository and the base commit are part of it, so that no
 * repository, branch or fork ever starts from what another one's setup wrote; the class that really runs, so that
 * nothing that was made in a weaker one is ever taken into a stricter one.
 */
function keyOfSetup(request: JobRequest, isolation: Isolation, imageDigest: string): string | null {
  const { setup, limits } = request.policy
  if (setup.run.length === 0) return null
  const parts = [3, request.repository.id, request.base.sha, imageDigest, isolation, setup, limits]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
