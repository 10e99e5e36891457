import type { SandboxEngine } from '../../worker/pipeline/ports/index.ts'
import { createImageStore } from '../../worker/sandbox/image/create-image-store.ts'
import { createJobNamespaces } from '../../worker/sandbox/overlay/job-namespaces.ts'
import type { Environment } from '../settings/parse-settings.ts'
import type { Settings } from '../settings/settings-schema.ts'
import { createEngines } from './create-engines.ts'
import type { DataFolders } from './data-folders.ts'
import { findHostTools } from './host-tools.ts'

/** The engines alone, for who looks at this host or at its sandboxes and runs no job. */
export async function openEngines(
  settings: Settings,
  env: Environment,
  folders: DataFolders,
  { probeNow = false } = {},
): Promise<readonly SandboxEngine[]> {
  const hostTools = await findHostTools(process.execPath, env.PATH ?? '')
  const store = createImageStore(folders.images)
  return createEngines({ settings, folders, store, hostTools, probeNow, namespaces: createJobNamespaces() })
}
