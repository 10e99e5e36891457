import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobRequest, SetupPlan } from '../../worker/contract/index.ts'
import type { PipelinePorts } from '../../worker/pipeline/job.ts'
import { planJobSetup } from '../../worker/pipeline/plan-job-setup.ts'
import type { DataFolders } from '../wiring/data-folders.ts'

/** The plan of a job, made as the job would make it. Fetches the base commit and runs nothing. */
export async function explainSetup(
  request: JobRequest,
  ports: Pick<PipelinePorts, 'source' | 'images' | 'brokers'>,
  folders: DataFolders,
  signal: AbortSignal,
): Promise<SetupPlan> {
  const folder = await mkdtemp(join(folders.root, 'explain-'))
  try {
    const paths = { workspace: null, repository: join(folder, 'repository.git'), owner: null }
    const { tree } = await ports.source.materialise(request, paths, signal)
    return await planJobSetup(request, tree, ports, signal)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
