/**
 * `npm run bench`: Airlock beside its alternatives, in one run, as ratios. docs/benchmarks.md says what each measures
 * and how to read it. May import everything; nothing imports it but tests.
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import type { Bench } from './bench.ts'
import { benches } from './benches.ts'
import type { Figure } from './figure.ts'
import { jsonOf, tableOf } from './print.ts'

const usage = `usage: npm run bench -- [${[...benches.keys()].join('|')}]... [--json] [--jobs N] [--corpus FILE]...\n`
const chosen = readCall(process.argv.slice(2))
if (chosen === null) {
  process.stderr.write(usage)
  process.exitCode = 2
} else await main(chosen)

interface Call {
  readonly named: readonly (readonly [string, Bench])[]
  readonly json: boolean
  readonly jobs: number
  readonly corpora: readonly string[]
}

function readCall(args: string[]): Call | null {
  const options = {
    json: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '500' },
    corpus: { type: 'string', multiple: true },
  } as const
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    const named = [...benches].filter(([name]) => positionals.length === 0 || positionals.includes(name))
    const jobs = Number(values.jobs)
    if (!positionals.every((name) => benches.has(name)) || !Number.isInteger(jobs) || jobs < 100) return null
    return { named, json: values.json, jobs, corpora: values.corpus ?? [] }
  } catch {
    return null
  }
}

async function main({ named, json, jobs, corpora }: Call): Promise<void> {
  const say = (text: string) => process.stderr.write(`${text}\n`)
  const results: { bench: string; figures: readonly Figure[] }[] = []
  for (const [bench, { about, run }] of named) {
    say(`${bench}: ${about}`)
    say(`  ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`)
    const figures = await run({ say: (text) => say(`  ${text}`), jobs, corpora })
    results.push({ bench, figures })
    if (!json) process.stdout.write(`\n${tableOf(figures)}\n`)
  }
  if (json) process.stdout.write(jsonOf(results))
}
