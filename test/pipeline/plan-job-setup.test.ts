import { describe, expect, it } from 'vitest'
import { planJobSetup } from '../../worker/pipeline/plan-job-setup.ts'
import { requestOf } from './fakes.ts'

/** Plans a policy that says nothing of setup, and counts how often the broker was asked for its presets. */
async function planOf(paths: readonly string[]) {
  let asked = 0
  const tree = {
    treeSha: 'a'.repeat(40),
    list: async () => new Map(paths.map((path) => [path, `100644 ${'b'.repeat(40)}`])),
    read: async () => new Map(paths.map((path) => [path, '{}'])),
  }
  const images = {
    ...{ digestOf: async () => null, toGet: () => '', hostDigest: async () => '' },
    programs: async () => new Set(['npm']),
  }
  const brokers = {
    async presets() {
      asked += 1
      return new Set(['npm'])
    },
    missingKey: async () => null,
    open: () => Promise.reject(new Error('a plan opens nothing')),
  }
  const request = requestOf({ setup: { secrets: [] } })
  const plan = await planJobSetup(request, tree, { images, brokers }, AbortSignal.timeout(10_000))
  return { asked, plan }
}

describe("the plan of a job's setup", () => {
  it('asks no package manager of the host where the repository has nothing to install', async () => {
    const { asked, plan } = await planOf(['README.md', 'package.json'])

    expect(plan).toMatchObject({ source: 'nothing', commands: [], network: [] })
    expect(asked).toBe(0)
  })

  it('control: asks where there is a lockfile, and opens what its package manager needs', async () => {
    const { asked, plan } = await planOf(['package.json', 'package-lock.json'])

    expect(plan).toMatchObject({ source: 'lockfiles', network: ['npm'] })
    expect(plan.commands.map(({ from }) => from)).toEqual(['package-lock.json'])
    expect(asked).toBe(1)
  })
})
