import { join } from 'node:path'
import type { Isolation } from '../../worker/contract/index.ts'
import type { SandboxEngine } from '../../worker/pipeline/ports/index.ts'
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
  /** Programs, sockets and devices. */
  readonly paths: readonly string[]
  readonly configuration: unknown
}

/** Weakest first. */
const wiring: Readonly<Partial<Record<Isolation, (deps: EngineDeps) => Wired>>> = {
  process: ({ folders, hostTools, store }) => ({
    engine: createProcessEngine({ runDir: folders.sandboxes, images: store, hostTools, now: Date.now }),
    paths: ['bwrap', 'setpriv', 'bash', 'perl', 'strace', 'du', 'mkfifo'].map((name) => `/usr/bin/${name}`),
    configuration: hostTools,
  }),
}

/** Every class that this version has, weakest first. */
export const engineNames: readonly Isolation[] = ['process']

/** The engines that the settings turn on, weakest first, each with its posture kept until something changes. */
export function createEngines(deps: EngineDeps): readonly SandboxEngine[] {
  const on = deps.settings.AIRLOCK_ENGINES ?? engineNames
  return engineNames.flatMap((name) => {
    const wired = on.includes(name) ? wiring[name]?.(deps) : undefined
    return wired === undefined ? [] : [withCache(wired, deps)]
  })
}

function withCache({ engine, paths, configuration }: Wired, { folders, store, probeNow }: EngineDeps): SandboxEngine {
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
