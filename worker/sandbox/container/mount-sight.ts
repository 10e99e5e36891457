import { readFileSync, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { insidePaths, SandboxError, type SandboxSpec } from '../../pipeline/ports/index.ts'
import { ownIdentity } from '../reaper/process-identity.ts'
import { sharesKernel } from './container-config.ts'
import { findContainerPlace } from './container-place.ts'
import type { EngineClient } from './engine-client.ts'

/**
 * Whether an Engine binds what the worker has mounted. One in another mount namespace binds the folder below it: the job
 * would find its files missing, and nobody would be told. So each sandbox with such a folder is looked at before its first
 * command, and once one saw something else, jobs get copies for as long as this machine runs.
 */
export interface MountSight {
  sees(): boolean
  /** Of a container whose first process waits. Throws SandboxError `start-failed`, after which `sees` is false. */
  check(containerId: string, spec: SandboxSpec): Promise<void>
}

/** `noteFile` is where other workers of this machine, and later ones, find it. */
export function createMountSight(
  engine: Pick<EngineClient, 'inspect'>,
  { runtime, noteFile }: { readonly runtime: string; readonly noteFile: string },
): MountSight {
  // Only of a container whose processes are processes of the host can root see what it has where.
  const canTell = process.getuid?.() === 0 && sharesKernel(runtime)
  return {
    sees: () => canTell && !wasNoted(noteFile),
    async check(containerId, { workspace, home }) {
      if (!(await isMounted(dirname(workspace)))) return
      const root = await rootOf(engine, containerId)
      const folders = [
        [workspace, insidePaths.workspace],
        [home, insidePaths.home],
      ] as const
      for (const [own, inside] of folders) {
        if (root !== null && (await isSame(own, `${root}${inside}`))) continue
        writeFileSync(noteFile, ownIdentity().bootId)
        throw new SandboxError(
          'start-failed',
          'the Engine does not see what the worker mounts: jobs get copies from now on',
        )
      }
    },
  }
}

/** The Engine may have been put right while the machine was down. */
function wasNoted(noteFile: string): boolean {
  try {
    return readFileSync(noteFile, 'utf8') === ownIdentity().bootId
  } catch {
    return false
  }
}

async function isMounted(folder: string): Promise<boolean> {
  const [own, around] = await Promise.all([stat(folder), stat(dirname(folder))])
  return own.dev !== around.dev
}

/** Null where the worker has no view of the container's processes. */
async function rootOf(engine: Pick<EngineClient, 'inspect'>, containerId: string): Promise<string | null> {
  const state = await engine.inspect(containerId)
  const place = state === null ? null : findContainerPlace(containerId, state)
  place?.namespace?.[Symbol.dispose]()
  return place === null ? null : `/proc/${place.first.pid}/root`
}

async function isSame(own: string, other: string): Promise<boolean> {
  const [one, two] = await Promise.all([stat(own), stat(other).catch(() => null)])
  return two !== null && one.dev === two.dev && one.ino === two.ino
}
