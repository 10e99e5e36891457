import { setSecret } from '@actions/core'
import type { Logger } from 'pino'
import type { OperatorPolicy } from '../app/repo-policy/operator/operator-policy.ts'
import { loadOperatorPolicy } from '../cli/settings/load-operator-policy.ts'
import { type DataFolders, prepareDataFolders } from '../cli/wiring/data-folders.ts'
import type { JobSummary } from '../worker/contract/index.ts'
import { runnerOf } from './create-ports.ts'
import { organisationOf, readRunnerOrganisation } from './github/runner-organisation.ts'
import { createRunnerRepositories } from './github/runner-repositories.ts'
import type { Inputs } from './inputs/read-inputs.ts'
import { type ReadEvent, readEvent } from './intake/read-event.ts'
import { type Taken, takeAsk } from './intake/take-ask.ts'

/** A run of one of our two jobs, and what was asked in the event that it is for. */
export interface Run {
  readonly inputs: Inputs
  readonly operatorPolicy: OperatorPolicy
  readonly folders: DataFolders
  readonly log: Logger
  readonly taken: Taken
  /** Which policy of the owner counted; null: its owner is a person without one. */
  readonly organisation: string | null
}

export interface RunDeps {
  readonly inputs: Inputs
  readonly log: Logger
  readonly signal: AbortSignal
}

/** Null: the event asks us for nothing. `answers`: whoever asked may be told something from here. */
export async function openRun(
  { inputs, log, signal }: RunDeps,
  { answers }: { readonly answers: boolean },
): Promise<Run | null> {
  maskSecrets(inputs)
  const read: ReadEvent = await readEvent(inputs.runner, Date.now())
  if (read.kind === 'ignored') {
    log.info({ why: read.why }, 'nothing to do')
    return null
  }
  const operatorPolicy = loadOperatorPolicy(inputs.settings)
  const repositories = createRunnerRepositories({
    ...{ runner: runnerOf(inputs), organisation: inputs.organisation, payload: read.payload, answers },
  })
  const taken = await takeAsk({ repositories, operatorPolicy, log, now: Date.now }, read.event, signal)
  if (taken.result.kind === 'ignored') return null
  const organisation = await readRunnerOrganisation(organisationOf(runnerOf(inputs), inputs.organisation, signal))
  const folders = await prepareFolders(inputs)
  return { inputs, operatorPolicy, folders, log, taken, organisation: organisation.note }
}

export async function prepareFolders({ dataDir, imagesDir }: Inputs): Promise<DataFolders> {
  return { ...(await prepareDataFolders(dataDir)), images: imagesDir }
}

/** Before anything is printed. */
export function maskSecrets({ masked }: Inputs): void {
  for (const value of masked) for (const line of value.split('\n')) if (line !== '') setSecret(line)
}

export function attemptOf({ runner: { run } }: Inputs, signal: AbortSignal) {
  return { number: run.attempt, final: true, fence: { check: async () => {} }, signal, settle: async () => {} }
}

/** What people are told of a run names the policy of the owner that counted, or that none could be read. */
export function withNote(summary: JobSummary, { organisation }: Run): JobSummary {
  return organisation === null ? summary : { ...summary, notes: [organisation, ...summary.notes] }
}
