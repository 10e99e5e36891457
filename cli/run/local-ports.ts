import { wording } from '../../app/replies/wording.ts'
import { createFlatSecrets } from '../../worker/broker/setup-secrets.ts'
import { createSource, defaultSourceLimits } from '../../worker/git/create-source.ts'
import { createLocalPublisher } from '../../worker/git/publish-local.ts'
import type { PipelinePorts } from '../../worker/pipeline/job.ts'
import { type Checkpoints, noRights, type Reporter, type SpendBook } from '../../worker/pipeline/ports/index.ts'
import type { CorePorts } from '../wiring/create-core.ts'
import type { DataFolders } from '../wiring/data-folders.ts'

export interface LocalDeps {
  readonly core: CorePorts
  readonly folders: DataFolders
  /** Absolute path of the repository: read from, and the place of the new branch. */
  readonly repository: string
  readonly secretsDir: string | null
  readonly reporter: Reporter
}

/** The whole pipeline with the person's own repository in GitHub's place. Whoever can call it may: nothing to recheck. */
export function createLocalPorts({ core, folders, repository, secretsDir, reporter }: LocalDeps): PipelinePorts {
  return {
    ...core,
    authority: { recheck: async () => null },
    rights: noRights,
    source: createSource({
      dataDir: folders.root,
      git: 'git',
      cloneAccess: async () => ({ url: repository, token: null, dispose: async () => {} }),
      limits: defaultSourceLimits,
    }),
    secrets: createFlatSecrets(secretsDir),
    publisher: createLocalPublisher({ repository, dataDir: folders.root, git: 'git', now: core.now }),
    reporter,
    wording,
    checkpoints: forgetful,
    spending: unbounded,
    held: null,
    blocked: null,
    sessions: null,
    ci: null,
    elsewhere: null,
  }
}

/** A local run has one attempt: nothing is resumed. */
const forgetful: Checkpoints = { load: async () => null, save: async () => {} }

/** Quotas are counted in the queue's Redis, which a local run does not have: its own limit bounds it. */
const unbounded: SpendBook = { add: async () => null }
