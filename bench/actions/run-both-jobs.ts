import { existsSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expectGood, labelled } from '../../test/workflows/asked.ts'
import type { Runner } from '../../test/workflows/runner.ts'
import { jobReportSchema } from '../../worker/contract/index.ts'
import { createBenchRepository } from '../job/ask-for-job.ts'
import type { Sample } from '../measure.ts'

/** The sandboxes' image, on either side: the smallest, and one that comes from Debian's packages alone. */
export const image = 'minimal'
/** What the workflow keeps in the repository's cache: two folders of the data, and the image. */
const cached = ['snapshots', 'agents', 'image']

/** A repository, whose runs are made by the programs of both jobs, each in a fresh environment. */
export async function createRuns(runner: Runner, name: string) {
  const repository = await createBenchRepository(runner, name, image)
  const cache = join(runner.root, `cache-${name}`)
  let runId = 0

  async function run(restores: boolean): Promise<Sample> {
    runId += 1
    const dataDir = await mkdtemp(join(runner.root, 'data-'))
    if (restores) await carryOver(cache, dataDir)
    const { delivery } = await labelled(runner, repository)
    const spec = { repository, delivery, runId }
    const env = { AIRLOCK_DATA_DIR: join(dataDir, 'machine') }
    const startedAt = performance.now()
    const inputs = { image, packed: join(dataDir, 'image') }
    expectGood(await runner.step('image', { inputs, env }))
    const imageMs = performance.now() - startedAt
    const worked = await runner.run('work', { ...spec, env, inputs: { data_dir: dataDir } })
    const workMs = performance.now() - startedAt - imageMs
    expectGood(worked)
    const given = { handover_digest: worked.outputs.handover ?? '', work_result: 'success' }
    const published = await runner.run('publish', { ...spec, inputs: given })
    const total = performance.now() - startedAt
    expectGood(published)
    if (published.outputs.outcome !== 'published') throw new Error(published.log)
    const agent = await agentMs(runner)
    await carryOver(dataDir, cache)
    await rm(dataDir, { recursive: true })
    return { total: total - agent, image: imageMs, work: workMs - agent, publish: total - workMs - imageMs }
  }

  /** Fails where nothing was restored: that would be no measurement. */
  async function restored(): Promise<Sample> {
    const sample = await run(true)
    const record = await readFile(join(runner.artifact('report-work'), 'audit.jsonl'), 'utf8')
    if (!record.includes('"snapshot":"hit"')) throw new Error('what setup left was not found in the cache')
    return sample
  }

  return { cold: () => run(false), restored }
}

/** A folder that is not there is passed over, as the action does that keeps them. */
async function carryOver(from: string, to: string): Promise<void> {
  for (const folder of cached.filter((name) => existsSync(join(from, name)))) {
    await cp(join(from, folder), join(to, folder), { recursive: true })
  }
}

/** The agent's own time is no overhead. */
async function agentMs(runner: Runner): Promise<number> {
  const report = jobReportSchema.parse(
    JSON.parse(await readFile(join(runner.artifact('report-work'), 'report.json'), 'utf8')),
  )
  return report.durations.agent ?? 0
}
