import { chmod, mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Settings } from '../settings/settings-schema.ts'

/** Everything that an installation keeps, below AIRLOCK_DATA_DIR. */
export interface DataFolders {
  readonly root: string
  readonly redis: string
  readonly mirrors: string
  readonly snapshots: string
  readonly audit: string
  /** What package registries said of licenses. */
  readonly registries: string
  /** Sandboxes run as users of their own: they pass through these, and read agents, tools and images. */
  readonly images: string
  readonly jobs: string
  readonly sandboxes: string
}

export function dataDirOf(settings: Pick<Settings, 'AIRLOCK_DATA_DIR'>): string {
  if (settings.AIRLOCK_DATA_DIR !== undefined) return settings.AIRLOCK_DATA_DIR
  return process.getuid?.() === 0 ? '/var/lib/airlock' : join(homedir(), '.local', 'share', 'airlock')
}

/** Makes the folders, or takes them as they are. */
export async function prepareDataFolders(root: string): Promise<DataFolders> {
  await mkdir(root, { recursive: true, mode: 0o711 })
  await chmod(root, 0o711)
  const folders = {
    root,
    redis: join(root, 'redis'),
    mirrors: join(root, 'mirrors'),
    snapshots: join(root, 'snapshots'),
    audit: join(root, 'audit'),
    registries: join(root, 'registries'),
    images: join(root, 'images'),
    jobs: join(root, 'jobs'),
    sandboxes: join(root, 'sandboxes'),
  }
  for (const own of [folders.redis, folders.mirrors, folders.snapshots, folders.audit, folders.registries])
    await makeFolder(own, 0o700)
  for (const passed of [folders.images, folders.jobs, folders.sandboxes]) await makeFolder(passed, 0o711)
  return folders
}

async function makeFolder(path: string, mode: number): Promise<void> {
  await mkdir(path, { recursive: true })
  await chmod(path, mode)
}
