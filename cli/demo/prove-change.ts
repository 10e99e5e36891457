import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Limits } from '../../worker/contract/index.ts'
import { createGit } from '../../worker/git/git-command.ts'
import { runCommand } from '../../worker/process/run-command.ts'
import type { CorePorts } from '../wiring/create-core.ts'

/** The exit status of the repository's own tests at one commit, and what they printed. */
export interface TestRun {
  readonly exitCode: number | null
  readonly output: string
}

const limits: Limits = {
  wallMs: 60_000,
  memoryBytes: 2 * 1024 ** 3,
  cpus: 2,
  pids: 256,
  diskBytes: 1024 ** 3,
  outputBytes: 16 * 1024 ** 2,
  costUsd: 1,
}

/**
 * Checks a commit out afresh and runs the repository's tests on it, in a sandbox like any other: it is code of
 * strangers, before the change and after it.
 */
export async function runTestsAt(core: CorePorts, gitDir: string, sha: string, signal: AbortSignal): Promise<TestRun> {
  const [engine] = core.engines
  if (engine === undefined) throw new Error('no sandbox engine')
  const jobId = `proof${sha.slice(0, 12)}`
  const owner = engine.fileOwner(jobId)
  await using folders = await core.folders.create(jobId, 1)
  await core.folders.give(folders, owner)
  const { workspace, home } = folders.agent
  const git = createGit('git', join(folders.root, 'git-home'))
  await mkdir(join(folders.root, 'git-home'), { recursive: true })
  const place = [`--git-dir=${gitDir}`, `--work-tree=${workspace}`]
  const index = { GIT_INDEX_FILE: join(folders.root, 'index') }
  await git([...place, 'read-tree', sha], { signal, env: index })
  await git([...place, 'checkout-index', '--all', '--force'], { signal, env: index })
  if (owner !== null) await runCommand(['chown', '-R', `${owner.uid}:${owner.gid}`, workspace], { env: systemPath })

  const quiet = { onDecision() {}, onExchange() {} }
  const socketPath = folders.brokerSocket
  const repository = { id: 1, owner: 'airlock', name: 'demo' }
  const spec = { jobId, repository, phase: 'setup', socketPath, owner, egress: ['npm'], model: null } as const
  await using broker = await core.brokers.open(spec, quiet)
  await using sandbox = await engine.create({
    ...{
      jobId,
      attempt: 1,
      phase: 'setup',
      image: 'host',
      workspace,
      home,
      tools: broker.tools,
      brokerSocket: socketPath,
      limits,
    },
  })
  const chunks: Buffer[] = []
  const { exitCode } = await sandbox.exec({
    argv: ['/bin/sh', '-c', 'npm ci --silent && npm test'],
    env: broker.env,
    signal,
    onOutput: (chunk) => void chunks.push(chunk),
  })
  return { exitCode, output: Buffer.concat(chunks).toString('utf8') }
}

const systemPath = { PATH: '/usr/bin:/bin' }
