import { endGroup, startGroup } from '@actions/core'
import type { StepName } from '../../worker/contract/index.ts'
import type { Reporter } from '../../worker/pipeline/ports/index.ts'

export interface StepGroups extends Reporter, Disposable {}

/** Each step as a group of the runner's log that a reader can fold, with whatever is printed in it. */
export function groupSteps(reporter: Reporter): StepGroups {
  let open: StepName | null = null

  function close(): void {
    if (open !== null) endGroup()
    open = null
  }

  return {
    async progress(request, progress) {
      if (progress.step !== open) {
        close()
        startGroup(progress.step)
        open = progress.step
      }
      await reporter.progress(request, progress)
    },
    async finished(request, summary, commit) {
      close()
      await reporter.finished(request, summary, commit)
    },
    [Symbol.dispose]: close,
  }
}

/** Where nobody may be told anything. */
export const tellsNobody: Reporter = { progress: async () => {}, finished: async () => {} }
