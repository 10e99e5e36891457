import { chown, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Limits } from '../../contract/index.ts'
import type { ExecResult, SandboxEngine } from '../../pipeline/ports/index.ts'
import { printable } from '../audit/printable.ts'
import type { BuiltImage, ImageStore } from './built-image.ts'
import { ImageError } from './image-error.ts'

const gibibyte = 1024 ** 3
const smokeLimits: Limits = {
  // Of all commands together. The agents' come to a minute; on a machine that is busy, to many.
  wallMs: 1_800_000,
  memoryBytes: 2 * gibibyte,
  cpus: 2,
  pids: 256,
  diskBytes: gibibyte,
  outputBytes: 4 * 1024 * 1024,
  costUsd: 1,
}

/** Makes an engine that finds its images in this store. */
export type MakeEngine = (images: ImageStore) => Pick<SandboxEngine, 'create' | 'fileOwner'>

/** Runs the commands in a sandbox of the image. `folder` is an empty one that the sandbox's user can walk to. */
export async function smokeTest(
  image: BuiltImage,
  commands: readonly (readonly string[])[],
  folder: string,
  run: { readonly makeEngine: MakeEngine; readonly signal: AbortSignal; readonly onLine: (line: string) => void },
): Promise<void> {
  const engine = run.makeEngine({ find: async (name) => (name === image.name ? image : null) })
  const jobId = 'imagesmoke'
  const owner = engine.fileOwner(jobId)
  const places = { workspace: join(folder, 'workspace'), home: join(folder, 'home') }
  for (const path of Object.values(places)) {
    await mkdir(path)
    if (owner !== null) await chown(path, owner.uid, owner.gid)
  }
  await using sandbox = await engine.create({
    ...{ jobId, attempt: 0, phase: 'agent', image: image.name, ...places, tools: [], brokerSocket: null },
    limits: smokeLimits,
  })
  for (const argv of commands) {
    const said: Buffer[] = []
    run.onLine(`smoke test: ${argv.join(' ')}`)
    const { signal } = run
    const result = await sandbox.exec({ argv, env: {}, signal, onOutput: (chunk) => void said.push(chunk) })
    if (signal.aborted) throw new ImageError('cancelled', 'the build was stopped')
    if (result.exitCode === 0) continue
    const words = printable(Buffer.concat(said), 1000)
    throw new ImageError('smoke-failed', `in image ${image.name}, ${argv.join(' ')} ${describeEnd(result)}: ${words}`)
  }
}

/** Whose fault it was: of what went over a limit, the signal that killed it says nothing. */
function describeEnd({ ended, exitCode, signal }: ExecResult): string {
  if (ended !== 'exited') return `was killed by the smoke test's limit on ${ended}`
  return `ended with ${exitCode === null ? signal : `exit ${exitCode}`}`
}
