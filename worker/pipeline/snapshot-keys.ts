import { digestOf, type Isolation, type JobRequest, type SetupPlan } from '../contract/index.ts'
import type { BaseTree, KeptFiles } from './ports/index.ts'

export interface SnapshotKeys {
  /** The same for every commit that shares the plan's input files; null where the plan may read any file. */
  readonly shared: string | null
  /** The same for every commit with this very tree. */
  readonly exact: string
}

export interface KeyInput {
  readonly request: Pick<JobRequest, 'repository'>
  readonly plan: SetupPlan
  readonly tree: Pick<BaseTree, 'treeSha'>
  /** Needed where the plan's inputs are files. */
  readonly files: KeptFiles
  readonly isolation: Isolation
  readonly imageDigest: string
  readonly secretVersions: Readonly<Record<string, string>>
  /** Of the processor. */
  readonly arch: string
  /** Of those who may write it. */
  readonly trust: 'default-branch' | 'pull-request'
}

/**
 * Everything that setup's result depends on. The repository is part of it, so that none ever starts from what another
 * one's setup wrote; the class that really runs, so that nothing that was made in a weaker one is taken into a
 * stricter one; and the level of trust of those who may write it.
 */
export function snapshotKeys({ request, plan, tree, files, ...run }: KeyInput): SnapshotKeys {
  const common = {
    ...{ version: 4, repository: request.repository.id, ...run },
    ...{ commands: plan.commands.map(({ line }) => line), env: plan.env, network: plan.network },
  }
  const { inputs } = plan
  return {
    exact: digestOf({ ...common, tree: tree.treeSha }),
    shared:
      inputs.kind === 'tree'
        ? null
        : digestOf({ ...common, files: inputs.paths.map((path) => [path, files.get(path) ?? null]) }),
  }
}

/** Only what was made from the default branch's own commit is kept for others; a pull request's is its own. */
export function mayStore({ repository, base, fork }: Pick<JobRequest, 'repository' | 'base' | 'fork'>): boolean {
  return fork === undefined && base.ref === repository.defaultBranch
}
