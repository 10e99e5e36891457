import { chown, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Limits } from '../../contract/index.ts'
import type { ExecResult, SandboxEngine } from '../../pipeline/ports/index.ts'

export interface Probe {
  /** A plain file name; also part of the job id. */
  readonly name: string
  readonly argv: readonly string[]
  readonly stdin?: string
  readonly limits?: Partial<Limits>
}

/** An engine, and the image that is looked at in it. */
export interface ProbedEngine {
  readonly engine: Pick<SandboxEngine, 'create' | 'fileOwner'>
  readonly image: string
}

export interface ProbeRun extends ExecResult {
  readonly output: string
  readonly errors: string
}

const mebibyte = 1024 * 1024
const probeLimits: Limits = {
  wallMs: 30_000,
  memoryBytes: 512 * mebibyte,
  cpus: 1,
  pids: 64,
  diskBytes: 256 * mebibyte,
  outputBytes: mebibyte,
  costUsd: 1,
}

/** Runs one program in a sandbox made for it, and takes the sandbox down again. */
export async function runProbe({ engine, image }: ProbedEngine, folder: string, probe: Probe): Promise<ProbeRun> {
  const jobId = `probe${probe.name.replaceAll(/[^a-z0-9]/g, '')}`.padEnd(10, '0')
  const workspace = join(folder, `${probe.name}-workspace`)
  const home = join(folder, `${probe.name}-home`)
  const owner = engine.fileOwner(jobId)
  for (const path of [workspace, home]) {
    await mkdir(path)
    if (owner !== null) await chown(path, owner.uid, owner.gid)
  }
  const limits = { ...probeLimits, ...probe.limits }
  const shown = { stdout: '', stderr: '' }
  await using sandbox = await engine.create({
    ...{ jobId, attempt: 0, phase: 'agent', image, workspace, home, tools: [], brokerSocket: null },
    limits,
  })
  const result = await sandbox.exec({
    argv: probe.argv,
    env: {},
    ...(probe.stdin === undefined ? {} : { stdin: probe.stdin }),
    signal: AbortSignal.timeout(limits.wallMs * 2),
    onOutput: (chunk, stream) => {
      shown[stream] += chunk.toString('utf8')
    },
  })
  return { ...result, output: shown.stdout, errors: shown.stderr }
}
