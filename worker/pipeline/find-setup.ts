import { arch } from 'node:process'
import type { SetupPlan } from '../contract/index.ts'
import type { Choice } from './choose-engine.ts'
import type { Job } from './job.ts'
import { layerFits } from './layer-fits.ts'
import { planJobSetup } from './plan-job-setup.ts'
import type { BaseTree, KeptFiles, NoSnapshot, Snapshot } from './ports/index.ts'
import { type SnapshotKeys, snapshotKeys } from './snapshot-keys.ts'

export interface Setup {
  readonly plan: SetupPlan
  /** Null where nothing is set up: there is nothing to seal and nothing to reuse. */
  readonly keys: SnapshotKeys | null
  /** What an earlier job left sealed for the very same setup. */
  readonly snapshot: Snapshot | null
  /** Why there is a snapshot, or none. */
  readonly why: string
}

export type ChosenPlace = Pick<Choice, 'engine' | 'imageDigest'>

/** What this job's setup is, and whether its result lies ready. */
export async function findSetup(
  { request, ports }: Pick<Job, 'request' | 'ports'>,
  { engine, imageDigest }: ChosenPlace,
  secrets: ReadonlyMap<string, string>,
  tree: BaseTree,
  signal: AbortSignal,
): Promise<Setup> {
  const plan = await planJobSetup(request, tree, ports, signal)
  if (plan.commands.length === 0) return { plan, keys: null, snapshot: null, why: 'nothing is set up' }
  const files: KeptFiles = plan.inputs.kind === 'files' ? await tree.list(signal) : new Map()
  const secretVersions = await ports.snapshots.versionsOf(secrets)
  const keys = snapshotKeys({
    ...{ request, plan, tree, files, secretVersions, imageDigest },
    ...{ isolation: engine.isolation, arch, trust: 'default-branch' },
  })
  // A stranger's lockfile may name what the default branch installed with its secrets.
  if (request.fork !== undefined) {
    return { plan, keys, snapshot: null, why: "a fork's code takes nothing from the store" }
  }
  const shared = keys.shared === null ? null : await ports.snapshots.find(keys.shared, signal)
  if (shared !== null && 'key' in shared) {
    if (layerFits(shared.layer ?? [], files)) return { plan, keys, snapshot: shared, why: hitText(plan) }
    return { plan, keys, snapshot: null, why: 'this commit has files where an earlier setup left its own' }
  }
  const exact = await ports.snapshots.find(keys.exact, signal)
  if ('key' in exact) return { plan, keys, snapshot: exact, why: 'an earlier job set up the very same files' }
  return { plan, keys, snapshot: null, why: missText(plan, [shared, exact]) }
}

function hitText({ inputs }: SetupPlan): string {
  const count = inputs.kind === 'files' ? inputs.paths.length : 0
  return `an earlier job set up the same ${count} input files`
}

function missText({ inputs }: SetupPlan, looked: readonly (NoSnapshot | null)[]): string {
  const states = looked.map((one) => one?.missing)
  if (states.includes('changed')) return 'what was stored has changed on disk since, and was thrown away'
  if (states.includes('too-old')) return 'what was stored is too old, and was thrown away'
  const whole =
    inputs.kind === 'tree' ? `this very tree (${inputs.why})` : `the same ${inputs.paths.length} input files`
  return `no job on the default branch has set up ${whole} in the same way`
}
