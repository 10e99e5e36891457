import { type ChosenPlace, findSetup, type Setup } from './find-setup.ts'
import type { Job } from './job.ts'
import type { BaseTree, Restored } from './ports/index.ts'

/**
 * What lies ready on this machine is copied while GitHub is asked whether the job may still run: only the worker sees
 * it, and it goes with the job's folders. Disposing of it stops what is under way, and waits until it has stopped.
 */
export interface WarmStart extends AsyncDisposable {
  /** Where the base commit was fetched before: plans the setup, looks for its snapshot, and begins to copy it. */
  begin(choice: ChosenPlace, secrets: ReadonlyMap<string, string>): void
  /** What was found so; null where the base commit has to be fetched first. */
  early(): Promise<Setup | null>
  /** The same once the base commit is there. */
  late(tree: BaseTree): Promise<Setup>
  /** Resolves when it can be placed: where it is copied, when the copy is whole. */
  restored(): Promise<Restored>
}

export function createWarmStart(job: Job): WarmStart {
  const { request, ports, folders, attempt } = job
  const stop = new AbortController()
  const signal = AbortSignal.any([attempt.signal, stop.signal])
  let find: (tree: BaseTree) => Promise<Setup> = notBegun
  let early: Promise<Setup | null> = notBegun()
  let restored: Promise<Restored> = notBegun()
  const settled = async () => void (await Promise.allSettled([early, restored]))

  return {
    begin(choice, secrets) {
      const viewer = { owner: choice.engine.fileOwner(request.id), seesMounts: choice.engine.seesMounts() }
      find = async (tree) => {
        const setup = await findSetup(job, choice, secrets, tree, signal)
        const { snapshot } = setup
        if (snapshot !== null) restored = ports.snapshots.restore(snapshot, folders.agent, viewer, signal)
        // Whoever needs it hears of its failure; nobody does where the job ends before that.
        restored.catch(() => undefined)
        return setup
      }
      early = lookEarly()
      early.catch(() => undefined)
    },
    early: () => early,
    late: (tree) => find(tree),
    restored: () => restored,
    async [Symbol.asyncDispose]() {
      stop.abort()
      await settled()
      await settled()
    },
  }

  async function lookEarly(): Promise<Setup | null> {
    try {
      const tree = await ports.source.find(request, signal)
      return tree === null ? null : await find(tree)
    } catch {
      // What is wrong with what lies here comes up again once the commit is fetched, and is mended or told there.
      return null
    }
  }
}

/** A bug: `prepare` begins it before anybody asks. */
function notBegun(): Promise<never> {
  const never = Promise.reject(new Error('the warm start was not begun'))
  never.catch(() => undefined)
  return never
}
