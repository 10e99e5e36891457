import { tmpdir } from 'node:os'
import { createAgents } from '../../worker/agent/create-agents.ts'
import { createAuditLogs } from '../../worker/audit/create-audit-logs.ts'
import { createBrokerFactory } from '../../worker/broker/create-broker-factory.ts'
import type { ModelKeys } from '../../worker/broker/model-keys.ts'
import { createOperatorPresets } from '../../worker/broker/presets.ts'
import { once } from '../../worker/contract/index.ts'
import { gates } from '../../worker/gates/gates.ts'
import type { PipelinePorts } from '../../worker/pipeline/job.ts'
import { createAnswerCache } from '../../worker/registries/answer-cache.ts'
import { createRegistries } from '../../worker/registries/create-registries.ts'
import { registriesOf } from '../../worker/registries/registry-places.ts'
import { createImageStore } from '../../worker/sandbox/image/create-image-store.ts'
import { createImages } from '../../worker/sandbox/image/create-images.ts'
import { printByContent, printByTimes } from '../../worker/sandbox/image/host-print.ts'
import { createJobFolders } from '../../worker/sandbox/job-folders.ts'
import { createOverlays } from '../../worker/sandbox/overlay/create-overlays.ts'
import { createJobNamespaces } from '../../worker/sandbox/overlay/job-namespaces.ts'
import { createSnapshots } from '../../worker/seal/create-snapshots.ts'
import { loadModelPrices } from '../settings/load-model-prices.ts'
import type { Environment } from '../settings/parse-settings.ts'
import type { Settings } from '../settings/settings-schema.ts'
import { createEngines } from './create-engines.ts'
import type { DataFolders } from './data-folders.ts'
import { findHostTools } from './host-tools.ts'
import { readNpmConfiguration, readPackageManagers } from './package-managers.ts'
import { prepareCertificates } from './prepare-certificates.ts'
import { createToolRunner } from './run-npm.ts'
import { upstreamsOf } from './upstreams.ts'

/** The ports that are the same with and without GitHub. */
export type CorePorts = Pick<
  PipelinePorts,
  'engines' | 'images' | 'brokers' | 'snapshots' | 'folders' | 'agents' | 'gates' | 'registries' | 'audits' | 'now'
>

export interface CoreOptions {
  /** Where brokers' sockets are: a short path. By default the system's temporary folder. */
  readonly socketDir?: string
  readonly modelKeys?: ModelKeys
  /** Snapshots come from another machine, and go to one. */
  readonly carriesSnapshots?: boolean
  /** What prepareCertificates made. Left out: it is made now. */
  readonly certificates?: string | null
}

export async function createCore(
  settings: Settings,
  env: Environment,
  folders: DataFolders,
  { socketDir = tmpdir(), modelKeys, carriesSnapshots = false, certificates: prepared }: CoreOptions = {},
): Promise<CorePorts> {
  const packageManagers = once(() => readPackageManagers(env))
  const [hostTools, certificates] = await Promise.all([
    findHostTools(process.execPath, env.PATH ?? ''),
    prepared === undefined ? prepareCertificates(folders.root, env) : prepared,
  ])
  const store = createImageStore(folders.images)
  const namespaces = createJobNamespaces()
  return {
    engines: createEngines({ settings, folders, store, hostTools, namespaces }),
    images: createImages(store, hostTools, carriesSnapshots ? printByContent : printByTimes),
    brokers: createBrokerFactory({
      presets: async () => createOperatorPresets(await packageManagers()),
      upstreams: upstreamsOf(settings),
      ...(modelKeys === undefined ? {} : { modelKeys }),
      prices: loadModelPrices(settings),
      certificates,
    }),
    snapshots: createSnapshots({
      dir: folders.snapshots,
      isCarried: carriesSnapshots,
      overlays: createOverlays(namespaces),
    }),
    folders: createJobFolders({ dir: folders.jobs, socketDir, namespaces }),
    agents: createAgents(folders.root, createToolRunner(env)),
    gates,
    registries: createRegistries({
      registries: async () => registriesOf(await packageManagers(), await readNpmConfiguration(env)),
      cache: createAnswerCache(folders.registries, Date.now),
    }),
    audits: createAuditLogs({ dir: folders.audit, now: Date.now, content: settings.AIRLOCK_RECORD_CONTENT ?? 'full' }),
    now: Date.now,
  }
}
