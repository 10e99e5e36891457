import type { FileChange } from '../worker/contract/index.ts'
import { evaluateGates } from '../worker/gates/evaluate-gates.ts'
import { gates as allGates } from '../worker/gates/gates.ts'
import { findSecrets } from '../worker/gates/secrets/detect/find-secrets.ts'
import { secretsGate } from '../worker/gates/secrets/secrets-gate.ts'
import type { Bench } from './bench.ts'
import type { Aim, Figure, Unit } from './figure.ts'
import { corpusFigures } from './gates/corpus-figures.ts'
import { registryFigures } from './gates/registry-figures.ts'
import { askSecretlintAlone } from './gates/secretlint-alone.ts'
import { inputOf, ownSource, sourceChange } from './gates/source-change.ts'
import { interleave, summariseNumbers, timed } from './measure.ts'

const mebibyte = 1024 * 1024

/** A change, and what is asked about it. */
interface Load {
  readonly what: string
  readonly files: readonly FileChange[]
  readonly unit: Extract<Unit, 'ms' | 'MiB/s'>
  readonly ours: (files: readonly FileChange[]) => Promise<unknown>
  readonly aim: Aim | null
}

const secretsAlone = (files: readonly FileChange[]) => evaluateGates([secretsGate], inputOf(files))
const everyGate = (files: readonly FileChange[]) => evaluateGates(allGates, inputOf(files))

export const gates: Bench = {
  about: 'the gates on changes of 1 MiB, 10 MiB and 10,000 files of source code, beside secretlint alone',
  async run({ say, corpora }) {
    const source = ownSource()
    const big = sourceChange(source, 10 * mebibyte, 40)
    const small = sourceChange(source, mebibyte, 4)
    const many = sourceChange(source, 10 * mebibyte, 10_000)
    const quick: Aim = { of: 'median', is: 'at most', bound: 200 }
    const loads: Load[] = [
      {
        ...{ what: 'our detectors, 10 MiB', files: big, unit: 'MiB/s', ours: detectorsAlone },
        // 15 MB/s.
        aim: { of: 'median', is: 'at least', bound: 14.3 },
      },
      { what: 'secrets gate, 1 MiB', files: small, unit: 'ms', ours: secretsAlone, aim: quick },
      { what: 'secrets gate, 10 MiB', files: big, unit: 'ms', ours: secretsAlone, aim: null },
      { what: 'secrets gate, 10,000 files', files: many, unit: 'ms', ours: secretsAlone, aim: null },
      { what: 'all gates, 10 MiB', files: big, unit: 'ms', ours: everyGate, aim: null },
    ]
    const figures: Figure[] = []
    for (const load of loads) {
      figures.push(await measure(load))
      say(load.what)
    }
    figures.push(...(await registryFigures()))
    say('license gate with registries')
    for (const corpus of corpora) figures.push(...(await corpusFigures(corpus)))
    return figures
  },
}

async function measure({ what, files, unit, ours, aim }: Load): Promise<Figure> {
  const sides = new Map([
    ['ours', () => timed(() => ours(files))],
    ['secretlint', () => timed(() => secretlintAlone(files))],
  ])
  const samples = await interleave(sides, { rounds: 3, warmUp: 1 })
  const bytes = files.reduce((sum, { after }) => sum + (after?.content.length ?? 0), 0)
  const summaryOf = (side: string) =>
    summariseNumbers((samples.get(side) ?? []).map((ms) => (unit === 'ms' ? ms : (1000 * bytes) / mebibyte / ms)))
  return { what, unit, ours: summaryOf('ours'), other: { name: 'secretlint', summary: summaryOf('secretlint') }, aim }
}

async function detectorsAlone(files: readonly FileChange[]): Promise<void> {
  for (const text of textsOf(files)) findSecrets(text)
}

async function secretlintAlone(files: readonly FileChange[]): Promise<void> {
  for (const text of textsOf(files)) await askSecretlintAlone(text, 'file.ts')
}

function* textsOf(files: readonly FileChange[]): Generator<string> {
  for (const { after } of files) if (after !== null) yield new TextDecoder().decode(after.content)
}
