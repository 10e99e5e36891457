import { basename } from 'node:path'
import { repositoryBody } from '../bodies/repository-body.ts'
import { userBody } from '../bodies/user-body.ts'
import { readCommit, resolveCommit } from '../git/commits.ts'
import { readObject } from '../git/object-store.ts'
import { findLine } from '../git/tree-objects.ts'
import { notFound, Refusal } from '../http/refusal.ts'
import type { Repository, User, WorkflowRun } from '../state/entities.ts'
import type { World } from '../world.ts'

/** What a runner of Actions is given: the run, its event, and a signal for when somebody cancels it. */
export interface StartedRun {
  readonly repository: Repository
  readonly run: WorkflowRun
  readonly payload: Readonly<Record<string, unknown>>
  readonly signal: AbortSignal
}

export type RunWorkflow = (started: StartedRun) => void

/** The runners. Until one is there, runs wait in the queue. */
export interface Runners {
  onRun(handler: RunWorkflow): void
  start(started: Omit<StartedRun, 'signal'>): void
  cancel(run: WorkflowRun): void
}

export function createRunners(): Runners {
  const cancels = new Map<number, AbortController>()
  let handle: RunWorkflow = () => undefined
  return {
    onRun(handler) {
      handle = handler
    },
    start(started) {
      const cancel = new AbortController()
      cancels.set(started.run.id, cancel)
      handle({ ...started, signal: cancel.signal })
    },
    cancel(run) {
      Object.assign(run, { status: 'completed', conclusion: 'cancelled' })
      cancels.get(run.id)?.abort()
    },
  }
}

const FOLDER = '.github/workflows'
/** Of all inputs together. */
const MOST_CHARACTERS = 65_535

export interface Dispatch {
  readonly workflow: string
  readonly ref: string
  readonly inputs: Readonly<Record<string, string>>
  readonly by: User
}

/** Starts a run of a workflow that the branch has, as GitHub does for whoever may write. */
export async function dispatchWorkflow(
  world: World,
  repository: Repository,
  { workflow, ref, inputs, by }: Dispatch,
): Promise<WorkflowRun> {
  const path = `${FOLDER}/${basename(workflow)}`
  const headSha = await resolveCommit(repository.gitDir, ref)
  if (headSha === undefined) throw new Refusal(422, `No ref found for: ${ref}`)
  const text = await readWorkflow(repository, headSha, path)
  if (text === undefined) throw notFound()
  if (!/^ {2}workflow_dispatch:/m.test(text))
    throw new Refusal(422, "Workflow does not have 'workflow_dispatch' trigger")
  const unknown = Object.keys(inputs).filter((name) => !new RegExp(`^ {6}${name}:`, 'm').test(text))
  if (unknown.length > 0) throw new Refusal(422, `Unexpected inputs provided: ${JSON.stringify(unknown)}`)
  if (Object.values(inputs).join('').length > MOST_CHARACTERS) throw new Refusal(422, 'inputs are too large.')
  const run: WorkflowRun = {
    id: world.state.nextId(),
    path,
    title: runName(text, inputs) ?? 'Airlock',
    headSha,
    branch: ref,
    inputs,
    actor: by,
    createdAt: new Date(),
    triggeringActor: by,
    attempt: 1,
    status: 'queued',
    conclusion: null,
    artifacts: [],
  }
  repository.runs.push(run)
  world.runners.start({ repository, run, payload: dispatchPayload(world, repository, run, by) })
  return run
}

/** All jobs of a run once more, as somebody who may write can have it. */
export function rerunWorkflow(world: World, repository: Repository, run: WorkflowRun, by: User): void {
  Object.assign(run, { triggeringActor: by, attempt: run.attempt + 1, status: 'queued', conclusion: null })
  world.runners.start({ repository, run, payload: dispatchPayload(world, repository, run, run.actor) })
}

function dispatchPayload(world: World, repository: Repository, run: WorkflowRun, by: User) {
  return {
    inputs: run.inputs,
    ref: `refs/heads/${run.branch}`,
    repository: repositoryBody(world, repository),
    sender: userBody(world, by),
    workflow: run.path,
  }
}

async function readWorkflow({ gitDir }: Repository, commit: string, path: string): Promise<string | undefined> {
  const { tree } = await readCommit(gitDir, commit)
  const line = await findLine(gitDir, tree, path)
  const object = line ? await readObject(gitDir, line.sha) : undefined
  return object?.content.toString('utf8')
}

/** `run-name:` with its inputs filled in. */
function runName(text: string, inputs: Dispatch['inputs']): string | undefined {
  const [, name] = /^run-name: (.*)$/m.exec(text) ?? []
  return name?.replace(/\$\{\{ inputs\.(\w+) \}\}/g, (_, input: string) => inputs[input] ?? '')
}
