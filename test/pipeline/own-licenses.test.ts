import { expect, it } from 'vitest'
import type { GateInput } from '../../worker/pipeline/ports/index.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { attemptOf, createWorld, portsOf, requestOf } from './fakes.ts'

it('shows the gates what the base commit says of the repository’s own license, and no other text of it', async () => {
  const files = { LICENSE: 'a license', 'package.json': '{}', 'src/LICENSE': 'of a part', 'a.ts': 'f()' }
  const world = createWorld({ files })
  const seen: GateInput[] = []
  const watcher = {
    name: 'licenses' as const,
    check(input: GateInput) {
      seen.push(input)
      return []
    },
  }

  await runJob(requestOf(), attemptOf(world), { ...portsOf(world), gates: [watcher] })

  expect([...(seen[0]?.base.texts ?? [])]).toEqual([
    ['LICENSE', 'a license'],
    ['package.json', '{}'],
  ])
})
