import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import type { StartedRun } from '../github/actions/workflow-runs.ts'
import type { GitHubStandIn } from '../github/stand-in.ts'
import { type Ended, runStep } from './runner.ts'

/** What a run does: the job as a process, or nothing, as where its machine is lost. */
export type Behaviour = 'work' | 'lost'

export interface SentRuns extends AsyncDisposable {
  /** Of the runs that follow. */
  behave(...next: readonly Behaviour[]): void
  /** Each job that ran, as it ended. */
  readonly ended: readonly Ended[]
  /** Waits until none is running. */
  idle(): Promise<void>
}

/** Runners for jobs that are sent: each dispatched run is a process of ours, and its artifact is uploaded. */
export async function startSentRuns(github: GitHubStandIn, app: string): Promise<SentRuns> {
  const root = await mkdtemp('/tmp/airlock-sent-')
  const ended: Ended[] = []
  const running = new Set<Promise<void>>()
  let behaviours: Behaviour[] = []

  async function work({ repository, run, payload, signal }: StartedRun): Promise<void> {
    const handover = join(root, `handover-${run.id}-${run.attempt}`)
    run.status = 'in_progress'
    const { login: actor } = run.actor
    const event = { name: 'workflow_dispatch', payload, actor, triggeringActor: run.triggeringActor.login }
    const job = await runStep({
      ...{ github, root, job: 'job', repository, event, run: { id: run.id, attempt: run.attempt } },
      permissions: { contents: 'read', metadata: 'read' },
      inputs: { app, handover, report: join(root, `report-${run.id}`) },
      ...{ env: {}, signal },
    })
    ended.push(job)
    if (signal.aborted) return
    if (job.code === 0) {
      const files = readdirSync(handover).map((name) => [name, readFileSync(join(handover, name))] as const)
      const zip = zipSync(Object.fromEntries(files))
      run.artifacts.push({ id: github.state.nextId(), name: 'airlock-handover', zip, createdAt: new Date() })
    }
    Object.assign(run, { status: 'completed', conclusion: job.code === 0 ? 'success' : 'failure' })
  }

  github.onRun((started) => {
    const [next = 'work', ...rest] = behaviours
    behaviours = rest
    if (next === 'lost') return github.cancelRun(started.run)
    const one = work(started).finally(() => running.delete(one))
    running.add(one)
  })

  return {
    ended,
    behave: (...next) => {
      behaviours = [...next]
    },
    async idle() {
      await Promise.all(running)
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(running)
      await rm(root, { recursive: true, force: true })
    },
  }
}
