import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProcessIdentity } from '../reaper/process-identity.ts'
import { createSparePipes, removeDeadSpares, type SparePipes } from './spare-pipes.ts'

export interface RunDir {
  /** One folder per sandbox, also after a crash. */
  readonly sandboxes: string
  readonly sparePipes: SparePipes
}

/** Makes an engine's own folder and what is in it. Harmless when repeated. */
export async function prepareRunDir(runDir: string, mkfifo: string, worker: ProcessIdentity): Promise<RunDir> {
  const sandboxes = join(runDir, 'sandboxes')
  const spares = join(runDir, 'pipes')
  for (const folder of [sandboxes, spares]) await mkdir(folder, { recursive: true })
  for (const folder of [runDir, sandboxes]) await chmod(folder, 0o711)
  await removeDeadSpares(spares)
  return { sandboxes, sparePipes: createSparePipes(mkfifo, spares, worker) }
}
