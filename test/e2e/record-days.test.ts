import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startWorld } from './start-world.ts'

const dayMs = 24 * 3_600_000

it('a worker removes records when their days are over, and nothing else that lies there', async () => {
  await using world = await startWorld({ AIRLOCK_ENGINES: 'process', AIRLOCK_RECORD_DAYS: '2' })
  const folder = join(world.dataDir, 'audit')
  const ages = { 'old0000000001-1.jsonl': 3, 'new0000000001-1.jsonl': 1, 'notes-of-ours.txt': 400 }
  await mkdir(folder, { recursive: true })
  for (const [name, days] of Object.entries(ages)) {
    await writeFile(join(folder, name), '{}\n')
    const at = new Date(Date.now() - days * dayMs)
    await utimes(join(folder, name), at, at)
  }

  await world.installation.startWorker()

  await expect.poll(() => readdir(folder), { timeout: 60_000 }).not.toContain('old0000000001-1.jsonl')
  const asked = await world.ask(await world.createRepository({ name: 'kept' }))
  await world.ended(asked.jobId)
  expect(await readdir(folder)).toEqual(
    expect.arrayContaining(['new0000000001-1.jsonl', 'notes-of-ours.txt', `${asked.jobId}-1.jsonl`]),
  )
})
