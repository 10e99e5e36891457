import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defaultOperatorPolicy } from '../../app/repo-policy/operator/operator-policy.ts'
import { createLocalPorts } from '../../cli/run/local-ports.ts'
import { createLocalRequest } from '../../cli/run/local-request.ts'
import { soleAttempt } from '../../cli/run/sole-attempt.ts'
import { createCore } from '../../cli/wiring/create-core.ts'
import { prepareDataFolders } from '../../cli/wiring/data-folders.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { createSnapshots } from '../../worker/seal/create-snapshots.ts'
import { plainGit } from './plain-git.ts'

const agent = 'agent: command\ncommand: ["true"]\n'
const reporter = { progress: async () => {}, finished: async () => {} }

export interface JobOptions {
  /** As on a worker that can show none. */
  readonly copied?: boolean
}

export interface SetupEnd {
  readonly ms: number
  readonly snapshot: string | undefined
  /** How the agent got what setup left; null: there was nothing, or it was moved. */
  readonly way: 'through an overlay' | 'copied' | null
}

const laidOut = /"laidOut":\{"by":"(overlay|copy)"/

function wayOf(record: string): SetupEnd['way'] {
  const by = laidOut.exec(record)?.[1] ?? null
  return by === null ? null : by === 'overlay' ? 'through an overlay' : 'copied'
}

/**
 * Jobs of `airlock run` on the branch that is checked out; each answers with the milliseconds until its agent starts.
 * `lines` are the policy's, beside the agent.
 */
export async function createSetupJobs(dataDir: string, repository: string, lines = '') {
  const folders = await prepareDataFolders(dataDir)
  const core = await createCore({}, process.env, folders)
  return {
    folders,
    async run({ copied = false }: JobOptions = {}): Promise<SetupEnd> {
      const base = { ref: 'main', sha: await plainGit(['-C', repository, 'rev-parse', 'HEAD']) }
      const created = createLocalRequest({
        ...{ repository, base, defaultBranch: 'main', task: 'Nothing', agent: null, command: null, isolation: null },
        policy: { name: 'airlock.yml', written: { kind: 'text', text: `${agent}${lines}` } },
        ...{ operatorPolicy: defaultOperatorPolicy, now: Date.now() },
      })
      if (!created.ok) throw new Error(JSON.stringify(created.problems))
      const snapshots = copied ? createSnapshots({ dir: folders.snapshots }) : core.snapshots
      const ports = createLocalPorts({ core: { ...core, snapshots }, folders, repository, secretsDir: null, reporter })
      const attempt = soleAttempt(AbortSignal.timeout(300_000))
      const { outcome, report, setup } = await runJob(created.request, attempt, ports)
      if (outcome.outcome !== 'no-changes') throw new Error(JSON.stringify(outcome))
      const { prepare = 0, clone = 0, setup: setupMs = 0, seal = 0 } = report.durations
      const record = await readFile(join(folders.audit, `${created.request.id}-1.jsonl`), 'utf8')
      return { ms: prepare + clone + setupMs + seal, snapshot: setup?.snapshot, way: wayOf(record) }
    },
  }
}
