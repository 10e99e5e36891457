import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRegistry } from '../../test/registries/stand-in.ts'
import { evaluateGates } from '../../worker/gates/evaluate-gates.ts'
import { licensesGate } from '../../worker/gates/licenses/licenses-gate.ts'
import { packagesToAsk } from '../../worker/gates/licenses/packages-to-ask.ts'
import { createAnswerCache } from '../../worker/registries/answer-cache.ts'
import { createRegistries } from '../../worker/registries/create-registries.ts'
import { readNpmAccess } from '../../worker/registries/npm-access.ts'
import { registriesOf } from '../../worker/registries/registry-places.ts'
import type { Figure } from '../figure.ts'
import { interleave, summariseNumbers, timed } from '../measure.ts'
import { addedFile, inputOf } from './source-change.ts'

const packages = Array.from({ length: 500 }, (_, index) => `package-${index}`)

/** The license gate on a lockfile of 500 new packages: nobody is asked, all are asked for, all answers are kept. */
export async function registryFigures(): Promise<Figure[]> {
  const dir = await mkdtemp(join(tmpdir(), 'airlock-bench-answers-'))
  try {
    await using server = await startRegistry(
      Object.fromEntries(
        packages.map((name) => [`/${name}/1.0.0`, { name, version: '1.0.0', license: 'MIT', dist: { integrity } }]),
      ),
    )
    const configuration = { npmRegistries: [server.url], pipIndexes: [], goProxy: null }
    const registries = async () => registriesOf(configuration, readNpmAccess([], {}))
    const kept = createRegistries({ registries, cache: createAnswerCache(dir, Date.now) })
    const cold = createRegistries({ registries, cache: null })
    const input = licensed()
    const ask = async (from: typeof cold) =>
      from.ask(packagesToAsk(input.changeSet, input.policy), new AbortController().signal)
    const judge = async (answers: Awaited<ReturnType<typeof ask>>) =>
      evaluateGates([licensesGate], { ...input, registries: answers })
    const samples = await interleave(
      new Map([
        ['nobody', () => timed(() => judge(new Map()))],
        ['cold', () => timed(async () => judge(await ask(cold)))],
        ['kept', () => timed(async () => judge(await ask(kept)))],
      ]),
      { rounds: 3, warmUp: 1 },
    )
    const of = (side: string) => summariseNumbers(samples.get(side) ?? [])
    const other = { name: 'nobody asked', summary: of('nobody') }
    return [
      { what: 'license gate, 500 new packages asked for', unit: 'ms', ours: of('cold'), other, aim: null },
      { what: 'the same, with all answers kept', unit: 'ms', ours: of('kept'), other, aim: null },
    ]
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

const integrity = `sha512-${Buffer.alloc(64, 1).toString('base64')}`

function licensed() {
  const entries = packages.map((name) => [`node_modules/${name}`, { version: '1.0.0', integrity, license: 'MIT' }])
  const lockfile = { lockfileVersion: 3, packages: Object.fromEntries(entries) }
  const input = inputOf([addedFile('package-lock.json', JSON.stringify(lockfile, null, 1))])
  const gates = { ...input.policy.gates, licenses: { allow: ['MIT'] } }
  return { ...input, policy: { ...input.policy, gates } }
}
