import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Isolation, isolationClasses } from '../../worker/contract/index.ts'
import type { SandboxEngine } from '../../worker/pipeline/ports/index.ts'
import { createContainerEngine } from '../../worker/sandbox/container/create-container-engine.ts'
import { createGvisorEngine } from '../../worker/sandbox/gvisor/create-gvisor-engine.ts'
import type { ImageStore } from '../../worker/sandbox/image/built-image.ts'
import { createMicrovmEngine } from '../../worker/sandbox/microvm/create-microvm-engine.ts'
import type { JobNamespaces } from '../../worker/sandbox/overlay/job-namespaces.ts'
import { cachePosture } from '../../worker/sandbox/posture/cache-posture.ts'
import { fingerprintHost } from '../../worker/sandbox/posture/fingerprint-host.ts'
import { createProcessEngine } from '../../worker/sandbox/process/create-process-engine.ts'
import { type Settings, settingsTable } from '../settings/settings-schema.ts'
import type { DataFolders } from './data-folders.ts'
import type { findHostTools } from './host-tools.ts'

const dayMs = 24 * 3600 * 1000

export interface EngineDeps {
  readonly settings: Settings
  readonly folders: DataFolders
  readonly store: ImageStore
  readonly hostTools: Awaited<ReturnType<typeof findHostTools>>
  /** Probes run even where the last ones are young. */
  readonly probeNow?: boolean
  /** Of jobs, where this worker may mount nothing in its own. */
  readonly namespaces: JobNamespaces
}

/** An engine, and what its posture depends on. */
interface Wired {
  readonly engine: SandboxEngine
  /** Programs by name, of the system's folders; sockets, devices and other programs by their absolute paths. */
  readonly watched: readonly string[]
  readonly configuration: unknown
}

/** What a sandbox of bubblewrap is put together with. */
const bubblewrapPrograms = ['bwrap', 'setpriv', 'taskset', 'sh', 'bash', 'perl', 'strace', 'du', 'mkfifo']

const wiring: Readonly<Record<Isolation, (deps: EngineDeps) => Wired>> = {
  process: ({ folders, store, hostTools, namespaces }) => ({
    engine: createProcessEngine({ runDir: folders.sandboxes, images: store, hostTools, namespaces, now: Date.now }),
    watched: bubblewrapPrograms,
    configuration: hostTools,
  }),
  container: ({ settings, folders, store }) => {
    const socket = engineSocketOf(settings)
    const runtime = settings.AIRLOCK_CONTAINER_RUNTIME ?? settingsTable.AIRLOCK_CONTAINER_RUNTIME.facts.default
    const runDir = join(folders.sandboxes, 'container')
    return {
      engine: createContainerEngine({ runDir, images: store, socket, runtime, now: Date.now }),
      // An Engine that is started again, or is another one by now, has another socket.
      watched: [socket, 'dockerd', 'containerd', 'podman', 'conmon', 'crun', runtime],
      configuration: { socket, runtime },
    }
  },
  gvisor: ({ settings: { AIRLOCK_RUNSC: runsc }, folders, store, namespaces }) => ({
    engine: createGvisorEngine({
      ...{ runDir: join(folders.sandboxes, 'gvisor'), images: store, runsc, namespaces, now: Date.now },
    }),
    watched: [...bubblewrapPrograms, runsc ?? 'runsc'],
    configuration: null,
  }),
  microvm: ({ folders, store, namespaces }) => ({
    engine: createMicrovmEngine({
      ...{ runDir: join(folders.sandboxes, 'microvm'), images: store, namespaces, now: Date.now },
    }),
    watched: [...bubblewrapPrograms, 'qemu-system-x86_64', 'mkfs.erofs', 'mke2fs', '/dev/kvm'],
    configuration: null,
  }),
}

/** The engines that the settings turn on, weakest first, each with its posture kept until something changes. */
export function createEngines(deps: EngineDeps): readonly SandboxEngine[] {
  const on = deps.settings.AIRLOCK_ENGINES ?? isolationClasses
  return isolationClasses.flatMap((name) => {
    return on.includes(name) ? [withCache(wiring[name](deps), deps)] : []
  })
}

function withCache(
  { engine, watched, configuration }: Wired,
  { folders, store, probeNow = false }: EngineDeps,
): SandboxEngine {
  const paths = watched.flatMap((name) => (name.startsWith('/') ? [name] : systemPaths(name)))
  return cachePosture(engine, {
    folder: join(folders.root, 'postures'),
    fingerprint: async (image) => {
      const digest = image === null ? null : ((await store.find(image))?.digest ?? null)
      return fingerprintHost({ paths, facts: [configuration, image, digest] })
    },
    maxAgeMs: probeNow ? 0 : dayMs,
    now: Date.now,
  })
}

/** The Engine of class container. */
export function engineSocketOf(settings: Settings): string {
  return settings.AIRLOCK_CONTAINER_SOCKET ?? findEngineSocket()
}

/** Docker's, or Podman's where that alone is there. */
function findEngineSocket(): string {
  const [docker, podman] = ['/run/docker.sock', '/run/podman/podman.sock'] as const
  return !existsSync(docker) && existsSync(podman) ? podman : docker
}

function systemPaths(program: string): string[] {
  return ['/usr/bin', '/usr/sbin'].map((folder) => join(folder, program))
}
