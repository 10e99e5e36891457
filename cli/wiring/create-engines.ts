import { join } from 'node:path'
import { type Isolation, isolationClasses } from '../../worker/contract/index.ts'
import type { SandboxEngine } from '../../worker/pipeline/ports/index.ts'
import { createGvisorEngine } from '../../worker/sandbox/gvisor/create-gvisor-engine.ts'
import type { ImageStore } from '../../worker/sandbox/image/built-image.ts'
import { cachePosture } from '../../worker/sandbox/posture/cache-posture.ts'
import { fingerprintHost } from '../../worker/sandbox/posture/fingerprint-host.ts'
import { createProcessEngine } from '../../worker/sandbox/process/create-process-engine.ts'
import type { Settings } from '../settings/settings-schema.ts'
import type { DataFolders } from './data-folders.ts'
import type { findHostTools } from './host-tools.ts'

const dayMs = 24 * 3600 * 1000

export interface EngineDeps {
  readonly settings: Settings
  readonly folders: DataFolders
  readonly store: ImageStore
  readonly hostTools: Awaited<ReturnType<typeof findHostTools>>
  /** Probes run even where the last ones are young. */
  readonly probeNow: boolean
}

/** An engine, and what its posture depends on. */
interface Wired {
  readonly engine: SandboxEngine
  /** Programs by name, of the system's folders; sockets, devices and other programs by their absolute paths. */
  readonly watched: readonly string[]
  readonly configuration: unknown
}

/** What a sandbox of bubblewrap is put together with. */
const bubblewrapPrograms = ['bwrap', 'setpriv', 'bash', 'perl', 'strace', 'du', 'mkfifo']

const wiring: Readonly<Partial<Record<Isolation, (deps: EngineDeps) => Wired>>> = {
  process: ({ folders, store, hostTools }) => ({
    engine: createProcessEngine({ runDir: folders.sandboxes, images: store, hostTools, now: Date.now }),
    watched: bubblewrapPrograms,
    configuration: hostTools,
  }),
  gvisor: ({ settings: { AIRLOCK_RUNSC: runsc }, folders, store }) => ({
    engine: createGvisorEngine({ runDir: join(folders.sandboxes, 'gvisor'), images: store, runsc, now: Date.now }),
    watched: [...bubblewrapPrograms, runsc ?? 'runsc'],
    configuration: null,
  }),
}

/** The engines that the settings turn on, weakest first, each with its posture kept until something changes. */
export function createEngines(deps: EngineDeps): readonly SandboxEngine[] {
  const on = deps.settings.AIRLOCK_ENGINES ?? isolationClasses
  return isolationClasses.flatMap((name) => {
    const wired = on.includes(name) ? wiring[name]?.(deps) : undefined
    return wired === undefined ? [] : [withCache(wired, deps)]
  })
}

function withCache({ engine, watched, configuration }: Wired, { folders, store, probeNow }: EngineDeps): SandboxEngine {
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

function systemPaths(program: string): string[] {
  return ['/usr/bin', '/usr/sbin'].map((folder) => join(folder, program))
}
