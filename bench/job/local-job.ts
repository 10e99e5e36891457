import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { defaultOperatorPolicy } from '../../app/repo-policy/operator/operator-policy.ts'
import { createConsoleReporter } from '../../cli/run/console-reporter.ts'
import { createLocalPorts } from '../../cli/run/local-ports.ts'
import { openLocalRepository } from '../../cli/run/local-repository.ts'
import { createLocalRequest } from '../../cli/run/local-request.ts'
import { soleAttempt } from '../../cli/run/sole-attempt.ts'
import { createCore } from '../../cli/wiring/create-core.ts'
import { prepareDataFolders } from '../../cli/wiring/data-folders.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { runCommand } from '../../worker/process/run-command.ts'
import type { Sample } from '../measure.ts'
import { policy } from './ask-for-job.ts'
import { runScript } from './run-script.ts'

const gitEnv = { PATH: '/usr/bin:/bin', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' }

/** `airlock run` in this process, as its command wires it, and the script, on repositories of this machine. */
export async function createLocalJobs(dataDir: string, original: string) {
  const folders = await prepareDataFolders(dataDir)
  const core = await createCore({}, process.env, folders)
  let current = original
  let count = 0

  /** Nothing is known of a repository that is new: no mirror, no snapshot. */
  const freshRepository = async () => {
    count += 1
    current = join(dataDir, `repository-${count}.git`)
    await runCommand(['git', 'clone', '--quiet', '--bare', original, current], { env: gitEnv })
  }

  const run = async (): Promise<Sample> => {
    const startedAt = performance.now()
    const signal = AbortSignal.timeout(120_000)
    const base = await openLocalRepository(current, dataDir, signal).resolve(null)
    if (base === null) throw new Error('the repository has no commit')
    const ask = {
      repository: current,
      base,
      defaultBranch: base.ref,
      task: `Task ${count}`,
      agent: null,
      command: null,
      isolation: null,
    }
    const created = createLocalRequest({
      ...ask,
      policy: { name: 'airlock.yml', written: { kind: 'text', text: policy } },
      operatorPolicy: defaultOperatorPolicy,
      now: Date.now(),
    })
    if (!created.ok) throw new Error(JSON.stringify(created.problems))
    const reporter = createConsoleReporter(() => undefined)
    const ports = createLocalPorts({ core, folders, repository: current, secretsDir: null, reporter })
    const summary = await runJob(created.request, soleAttempt(signal), ports)
    if (summary.outcome.outcome !== 'published') throw new Error(JSON.stringify(summary.outcome))
    return { total: performance.now() - startedAt, ...summary.report.durations }
  }

  return {
    async first() {
      await freshRepository()
      return run()
    },
    warm: run,
    script: () => runScript(`file://${current}`, `script-${randomBytes(6).toString('hex')}`),
  }
}
