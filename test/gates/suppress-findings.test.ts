import { describe, expect, it } from 'vitest'
import type { Suppression } from '../../worker/contract/index.ts'
import { evaluateGates, verdictOf } from '../../worker/gates/evaluate-gates.ts'
import { gates } from '../../worker/gates/gates.ts'
import type { GateInput } from '../../worker/pipeline/ports/index.ts'
import { added, gateInput, madeUp } from './gate-input.ts'

const files = [added('a.py', `API_TOKEN = "${madeUp(24)}"\n`)]
const today = '2027-03-31'

async function judge(input: GateInput, day: string | null = today) {
  const results = await evaluateGates(gates, input, { today: day })
  return { verdict: verdictOf(results), findings: results.flatMap(({ findings }) => findings) }
}

async function suppressionOf(input: GateInput, until: string): Promise<Suppression> {
  const { findings } = await judge(input)
  return { fingerprint: findings[0]?.fingerprint ?? '', reason: 'A token of a server that is gone', until }
}

async function judgeSuppressed(until: string, day: string | null = today) {
  const suppression = await suppressionOf(gateInput(files), until)
  return judge(gateInput(files, { gates: { suppress: [suppression] } }), day)
}

describe('a suppression by the policy', () => {
  it('turns the finding into a note that gives the reason; control: without it the change is held', async () => {
    const { verdict, findings } = await judgeSuppressed('2027-03-31')

    expect(verdict).toBe('publish')
    expect(findings).toMatchObject([
      {
        severity: 'note',
        message: expect.stringMatching(/^Suppressed until 2027-03-31: A token of a server that is gone\. This looks/),
      },
    ])
    expect((await judge(gateInput(files))).verdict).toBe('hold')
  })

  it('does not count once its day is over, and the finding says so', async () => {
    const { verdict, findings } = await judgeSuppressed('2027-03-30')

    expect(verdict).toBe('hold')
    expect(findings[0]?.message).toContain('Its suppression ended on 2027-03-30.')
  })

  it('does not count where nobody says what day it is', async () => {
    expect((await judgeSuppressed('2027-03-31', null)).verdict).toBe('hold')
  })

  it('counts for the one finding, and not for another secret on its line or in its place', async () => {
    const suppress = [await suppressionOf(gateInput(files), '2027-03-31')]
    const around = { gates: { suppress } }
    const other = added('a.py', `API_TOKEN = "${madeUp(25)}"\n`)
    const beside = added('a.py', `API_TOKEN = "${madeUp(24)}"; B_SECRET = "${madeUp(21)}"\n`)

    expect((await judge(gateInput([other], around))).verdict).toBe('hold')
    expect((await judge(gateInput([beside], around))).verdict).toBe('hold')
  })

  it('never excuses a secret of the job; control: it was the finding that was meant', async () => {
    const leaking = [added('a.txt', `${madeUp(20)}\n`)]
    const secrets = { NPM_TOKEN: madeUp(20) }
    const suppression = await suppressionOf(gateInput(leaking, { secrets }), '2027-03-31')

    const { verdict, findings } = await judge(gateInput(leaking, { secrets, gates: { suppress: [suppression] } }))

    expect(verdict).toBe('block')
    expect(findings).toMatchObject([{ rule: 'job-secret', message: expect.stringContaining('cannot be suppressed') }])
  })

  it('does not hide those of its rule that are not listed', async () => {
    const many = added(
      'a.py',
      Array.from({ length: 60 }, (_, index) => `API_TOKEN = "${madeUp(24)}${index}"\n`).join(''),
    )
    const { findings } = await judge(gateInput([many]))
    const suppress = findings.map(({ fingerprint }) => ({ fingerprint, reason: 'all that is shown', until: today }))

    expect((await judge(gateInput([many], { gates: { suppress } }))).verdict).toBe('hold')
  })
})
