import { Buffer } from 'node:buffer'
import { expect, it } from 'vitest'
import { keyOfPackage, type PackageVersion } from '../../worker/contract/index.ts'
import { licensesGate } from '../../worker/gates/licenses/licenses-gate.ts'
import type { RegistryAnswer } from '../../worker/pipeline/ports/index.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { attemptOf, createWorld, portsOf, requestOf } from './fakes.ts'

const lockfile = JSON.stringify({ lockfileVersion: 3, packages: { '': {}, 'node_modules/a': { version: '1.0.0' } } })
const answer: RegistryAnswer = {
  kind: 'found',
  license: { kind: 'expression', expression: 'MIT' },
  content: 'unsaid',
}

/** A job whose change brings a package in, under a policy with this list of licenses. */
async function run(allow: readonly string[] | undefined) {
  const after = { mode: '100644' as const, sha: '3'.repeat(40), content: Buffer.from(lockfile) }
  const files = [{ path: 'package-lock.json', before: null, after }]
  const changeSet = { baseSha: '1'.repeat(40), treeSha: '2'.repeat(40), files }
  const world = createWorld({ collected: { kind: 'changes', changeSet } })
  const asked: PackageVersion[] = []
  const registries = {
    async ask(packages: readonly PackageVersion[]) {
      asked.push(...packages)
      return new Map(packages.map((one) => [keyOfPackage(one), answer]))
    },
  }
  const request = requestOf()
  const gates = { ...request.policy.gates, licenses: allow === undefined ? {} : { allow: [...allow] } }
  const asking = { ...request, policy: { ...request.policy, gates } }
  const { outcome } = await runJob(asking, attemptOf(world), { ...portsOf(world), gates: [licensesGate], registries })
  const recorded = world.audit.filter(({ kind }) => kind === 'registries').map(({ data }) => data)
  return { outcome: outcome.outcome, asked: asked.map(({ name }) => name), recorded }
}

it('asks the registries for what a change brings in, and the record says what was asked', async () => {
  expect(await run(['MIT'])).toEqual({
    outcome: 'published',
    asked: ['a'],
    recorded: [{ asked: [['npm a@1.0.0', 'found']] }],
  })
  expect(await run(['ISC'])).toMatchObject({ outcome: 'blocked', asked: ['a'] })
})

it('asks nobody where the policy lists no licenses', async () => {
  expect(await run(undefined)).toEqual({ outcome: 'published', asked: [], recorded: [] })
})
