import { randomBytes } from 'node:crypto'
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Limits } from '../../../worker/contract/index.ts'
import type {
  ExecRequest,
  ExecResult,
  Sandbox,
  SandboxEngine,
  SandboxSpec,
} from '../../../worker/pipeline/ports/index.ts'
import { runCommand } from '../../../worker/process/run-command.ts'
import { createImageStore } from '../../../worker/sandbox/image/create-image-store.ts'
import { createProcessEngine } from '../../../worker/sandbox/process/create-process-engine.ts'

export const mebibyte = 1024 * 1024

export const roomyLimits: Limits = {
  wallMs: 30_000,
  memoryBytes: 1024 * mebibyte,
  cpus: 2,
  pids: 128,
  diskBytes: 256 * mebibyte,
  outputBytes: 16 * mebibyte,
  costUsd: 1,
}

export interface CommandRun extends ExecResult {
  readonly out: string
  readonly err: string
}

/** A place with one engine in it, where sandboxes are made, run in and cleaned up after. */
export async function createSandboxBench(images = createImageStore('/nonexistent')) {
  const folder = await mkdtemp('/tmp/airlock-test-')
  const hostTools = [{ name: 'node', path: dirname(dirname(process.execPath)), bin: 'bin' }]
  const runDir = join(folder, 'run')
  const engine = createProcessEngine({ runDir, hostTools, images, now: Date.now })
  const place = createPlace(engine, folder, 'host')
  return {
    folder,
    runDir,
    engine,
    ...place,
    [Symbol.asyncDispose]: async () => {
      await place.destroyAll()
      // A job may have locked its folders; for an ordinary user that holds until they are opened again.
      await runCommand(['chmod', '-R', 'u+rwx', folder])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type SandboxBench = Awaited<ReturnType<typeof createSandboxBench>>

/** Sandboxes of this engine, with their host folders in `folder`. */
export function createPlace(engine: SandboxEngine, folder: string, image: string) {
  const open: Sandbox[] = []

  /** Fresh folders that belong to the job, and what the engine is told about them. */
  const spec = async (limits: Partial<Limits> = {}, more: Partial<SandboxSpec> = {}): Promise<SandboxSpec> => {
    const jobId = more.jobId ?? `job${randomBytes(6).toString('hex')}`
    const parent = await mkdtemp(join(folder, 'job-'))
    const [workspace, home] = [join(parent, 'workspace'), join(parent, 'home')]
    const owner = engine.fileOwner(jobId)
    for (const path of [workspace, home]) {
      await mkdir(path)
      if (owner !== null) await chown(path, owner.uid, owner.gid)
    }
    return {
      ...{ jobId, attempt: 1, phase: 'agent', image, workspace, home, tools: [], brokerSocket: null },
      limits: { ...roomyLimits, ...limits },
      ...more,
    }
  }

  const create = async (limits: Partial<Limits> = {}, more: Partial<SandboxSpec> = {}) => {
    const made = await spec(limits, more)
    const sandbox = await engine.create(made)
    open.push(sandbox)
    return { sandbox, spec: made }
  }

  return {
    spec,
    create,
    /** Runs one command in a sandbox of its own. */
    once: async (argv: readonly string[], limits: Partial<Limits> = {}, more: Partial<ExecRequest> = {}) => {
      const { sandbox } = await create(limits)
      return runIn(sandbox, argv, more)
    },
    destroyAll: async () => {
      await Promise.all(open.map((sandbox) => sandbox.destroy()))
    },
  }
}

export async function runIn(
  sandbox: Sandbox,
  argv: readonly string[],
  more: Partial<ExecRequest> = {},
): Promise<CommandRun> {
  const shown = { stdout: '', stderr: '' }
  const result = await sandbox.exec({
    argv,
    env: {},
    signal: AbortSignal.timeout(60_000),
    onOutput: (chunk, stream) => {
      shown[stream] += chunk.toString('latin1')
    },
    ...more,
  })
  return { ...result, out: shown.stdout, err: shown.stderr }
}

export const shell = (line: string) => ['/bin/sh', '-c', line]
