import { describe, expect, it } from 'vitest'
import type { ChangeSet, Severity } from '../../worker/contract/index.ts'
import { gates } from '../../worker/gates/gates.ts'
import { digestOfChange } from '../../worker/pipeline/digest-of-change.ts'
import { publishWorked } from '../../worker/pipeline/publish-worked.ts'
import { workJob } from '../../worker/pipeline/work-job.ts'
import { attemptOf, createWorld, portsOf, requestOf } from './fakes.ts'

const token = ['ghp', 'Zq7Xw2Lk9Vb4Nm1Rt6Yp3Hs8Df5Jg0Ac2Ke4'].join('_')

function changeOf(text: string): ChangeSet {
  const after = { mode: '100644' as const, sha: 'c'.repeat(40), content: Buffer.from(text) }
  return { baseSha: 'a'.repeat(40), treeSha: 'b'.repeat(40), files: [{ path: 'a.js', before: null, after }] }
}

async function publishing(changeSet: ChangeSet, changes: Parameters<typeof createWorld>[0] = {}, named = changeSet) {
  const first = createWorld()
  const { summary } = await workJob(requestOf(), attemptOf(first), portsOf(first), { handsOverHeld: false })
  const second = createWorld(changes)
  const rebuild = async () => ({ kind: 'changes' as const, changeSet })
  const worked = { digest: digestOfChange(named), summary, rebuild }
  const ended = await publishWorked(requestOf(), attemptOf(second), { ...portsOf(second), gates }, worked)
  return { first, second, ended }
}

describe('a job in two halves', () => {
  it('shows nothing of itself before the second half, which runs nothing', async () => {
    const { first, second, ended } = await publishing(changeOf('one\n'))

    expect(first.log.filter((entry) => /stage|hand off|finished|checkpoint/.test(entry))).toEqual([])
    expect(first.audit.map(({ kind }) => kind)).toContain('handover')
    expect(second.log.filter((entry) => /sandbox|broker|seal$|layOut/.test(entry))).toEqual([])
    expect(ended.outcome).toMatchObject({ outcome: 'published', reason: 'pull-request-opened' })
  })

  it.each<readonly [string, Severity, boolean, boolean]>([
    ['a held change where it can wait for a person', 'hold', true, true],
    ['no held change where it cannot', 'hold', false, false],
    ['no blocked change', 'block', true, false],
  ])('hands over %s', async (_what, severity, handsOverHeld, isOver) => {
    const world = createWorld()
    const finding = { gate: 'secrets' as const, rule: 'r', severity, path: 'a', line: null, message: 'm' }
    const gates = [{ name: 'secrets' as const, check: () => [finding] }]
    const ports = { ...portsOf(world), gates }

    const { changeSet, patch } = await workJob(requestOf(), attemptOf(world), ports, { handsOverHeld })

    expect(changeSet !== null).toBe(isOver)
    expect(world.audit.some(({ kind }) => kind === 'handover')).toBe(isOver)
    // It may show a secret to whoever may read the repository.
    expect(patch).toBe(null)
  })

  it('asks every gate again: what a taken-over runner says has passed does not pass for that', async () => {
    const { second, ended } = await publishing(changeOf(`const token = '${token}'\n`))

    expect(ended.outcome).toMatchObject({ outcome: 'blocked', reason: 'gate-block' })
    expect(second.log.filter((entry) => /stage|hand off/.test(entry))).toEqual([])
  })

  it('publishes nothing but the change that was named', async () => {
    const other = { ...changeOf('one\n'), treeSha: 'd'.repeat(40) }
    const { second, ended } = await publishing(other, {}, changeOf('one\n'))

    expect(ended.outcome).toMatchObject({ outcome: 'refused', reason: 'handover-void' })
    expect(second.log.filter((entry) => /stage|hand off/.test(entry))).toEqual([])
  })

  it('asks again whether the person still may', async () => {
    const recheck = () => ({ outcome: 'refused', reason: 'permission-lost' }) as const
    const { second, ended } = await publishing(changeOf('one\n'), { recheck })

    expect(ended.outcome).toMatchObject({ outcome: 'refused', reason: 'permission-lost' })
    expect(second.log.filter((entry) => /fetch|stage|hand off/.test(entry))).toEqual([])
  })
})
