import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SandboxError, type SandboxSpec } from '../../pipeline/ports/index.ts'
import { insideEtc } from '../command/inside-etc.ts'
import { ownIdentity } from '../reaper/process-identity.ts'
import { removeSandboxState, type SandboxState, writeSandboxState } from '../reaper/sandbox-state.ts'
import { containerConfig } from './container-config.ts'
import type { ContainerImage } from './container-images.ts'
import { containerLabels, folderIdentity } from './container-labels.ts'
import type { EngineClient } from './engine-client.ts'
import type { EngineFacts } from './engine-facts.ts'
import type { MountSight } from './mount-sight.ts'

/** What the engine found once for all its sandboxes. */
export interface ContainerHost {
  readonly engine: EngineClient
  readonly facts: EngineFacts
  readonly runtime: string
  /** One folder per sandbox, also after a crash. */
  readonly sandboxes: string
  readonly sight: MountSight
}

export interface ContainerContext {
  readonly host: ContainerHost
  readonly spec: SandboxSpec
  readonly image: ContainerImage
  readonly user: { readonly uid: number; readonly gid: number }
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export interface Container {
  /** Ours; the container's name is made of it. */
  readonly id: string
  /** The Engine's. */
  readonly containerId: string
}

export const containerName = (id: string) => `airlock-${id}`

/** Makes the container. What is to be cleaned up is written down first, so that a crash at any point leaves no orphan. */
export async function setUpContainer({ host, spec, image, user }: ContainerContext): Promise<Container> {
  const { jobId, attempt, phase } = spec
  const id = `${jobId}-${attempt}-${phase}-${randomBytes(4).toString('hex')}`
  const folder = join(host.sandboxes, id)
  const state: SandboxState = { version: 1, id, jobId, attempt, phase, worker: ownIdentity(), groups: [] }
  try {
    mkdirSync(folder)
    writeSandboxState(folder, state)
    const etc = writeEtc(folder, user)
    const labels = containerLabels(state, folderIdentity(host.sandboxes))
    const name = containerName(id)
    const { limits } = host.facts
    const config = containerConfig({ name, image: image.name, runtime: host.runtime, spec, user, etc, labels, limits })
    return { id, containerId: await host.engine.create(config) }
  } catch (error) {
    // An answer that came too late may have left one.
    await host.engine.remove(containerName(id)).catch(() => {})
    await removeSandboxState(host.sandboxes, id)
    if (error instanceof SandboxError) throw error
    throw new SandboxError('start-failed', `the container could not be set up: ${String(error)}`, { cause: error })
  }
}

function writeEtc(folder: string, user: ContainerContext['user']) {
  return Object.entries(insideEtc(user)).map(([name, text]) => {
    const path = join(folder, name)
    writeFileSync(path, text)
    // Whatever the worker's umask is: the job's user has to read them.
    chmodSync(path, 0o644)
    return { name, path }
  })
}
