import { describe, expect, it } from 'vitest'
import type { JobRequest } from '../../worker/contract/index.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { attemptOf, createWorld, portsOf, requestOf, type World } from './fakes.ts'

const page = 'https://github.com/octo/hello'
const setup = { run: ['x'], secrets: ['TOKEN'], network: [] }
/** As no app of ours would write it: with a secret, and a branch that is called like the default one. */
const own: JobRequest = requestOf({ setup })
const forked: JobRequest = {
  ...own,
  subject: { kind: 'pull-request', number: 9, title: 'Evil' },
  fork: { pullRequest: 9, repositoryId: 77 },
}
const worldOf = () =>
  createWorld({
    secrets: new Map([['TOKEN', 'a secret of the repository']]),
    handOff: async () => ({ pullRequest: null, offeredAt: page }),
  })
const run = (request: JobRequest, world: World) => runJob(request, attemptOf(world), portsOf(world))

describe("a job on a fork's head", () => {
  it('is given no setup secret, whatever its request names; control: one of the repository is', async () => {
    const loaded: string[] = []
    const load = async (_repository: unknown, names: readonly string[]) => {
      loaded.push(...names)
      return { values: new Map(names.map((name) => [name, 'a secret of the repository'])), missing: [] }
    }
    for (const request of [forked, own]) {
      const world = worldOf()
      const before = loaded.length
      await runJob(request, attemptOf(world), { ...portsOf(world), secrets: { load } })
      expect(loaded.slice(before)).toEqual(request === own ? ['TOKEN'] : [])
    }
  })

  it('takes nothing from the store of snapshots and puts nothing into it; control: one of the repository does', async () => {
    const [strange, known] = [worldOf(), worldOf()]

    await run(forked, strange)
    await run(own, known)

    expect(strange.asked).toEqual([])
    expect(strange.log).toContain('hand over')
    expect(known.asked).not.toEqual([])
    expect(known.log).not.toContain('hand over')
  })

  it('ends with a branch that is offered, and no text of a pull request', async () => {
    const summary = await run(forked, worldOf())

    expect(summary.outcome).toEqual({ outcome: 'published', reason: 'patch-offered' })
    expect(summary).toMatchObject({ offeredAt: page, report: { pullRequest: null } })
  })
})
