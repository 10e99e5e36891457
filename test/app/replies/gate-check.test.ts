import { describe, expect, it } from 'vitest'
import { gateCheck, gateConclusion } from '../../../app/replies/gate-check.ts'
import type { Approval, Finding, GateResult, Severity } from '../../../worker/contract/index.ts'
import { makeRequest } from './make-summary.ts'

const finding: Finding = {
  gate: 'delayed-execution',
  rule: 'npm-lifecycle',
  severity: 'hold',
  path: 'src/package.json',
  line: 12,
  message: 'A new `postinstall`. It runs on `npm install`. Take it out.',
}
const approval: Approval = {
  jobId: 'held123456',
  digest: 'c'.repeat(64),
  by: { id: 5, login: 'bea' },
  permission: 'write',
  at: '2026-11-29T10:00:00.000Z',
  eventKey: 'comment:1',
}
const severities: readonly Severity[] = ['note', 'hold', 'block']

function resultOf(findings: readonly Finding[], verdict: GateResult['verdict'] = 'hold'): GateResult {
  return { gate: 'delayed-execution', verdict, findings: [...findings] }
}

describe("a gate's conclusion", () => {
  it.each([
    ['publish', false, 'success'],
    ['publish', true, 'success'],
    ['hold', true, 'success'],
    ['hold', false, 'action_required'],
    ['block', false, 'failure'],
    // Nobody lets out what is blocked: where it came to that all the same, it is not shown as if it were well.
    ['block', true, 'failure'],
  ] as const)('of the verdict %s, approved: %s, is %s', (verdict, approved, conclusion) => {
    expect(gateConclusion(verdict, approved)).toBe(conclusion)
  })
})

describe("a gate's check run", () => {
  it('says in a few words that nothing was found', () => {
    expect(gateCheck(makeRequest(), resultOf([], 'publish'))).toEqual({
      name: 'Airlock / delayed-execution',
      title: 'Nothing found',
      summary: 'This gate let the change pass.',
      conclusion: 'success',
      annotations: [],
    })
  })

  it('says who let out what it held, and only there', () => {
    const request = makeRequest('x', { approval })

    const held = gateCheck(request, resultOf([finding]))
    const passed = gateCheck(request, resultOf([{ ...finding, severity: 'note' }], 'publish'))

    expect(held).toMatchObject({ conclusion: 'success', title: 'Held, and approved by bea: 1 finding' })
    expect(held.summary).toContain(`bea (id 5, write) approved it on 2026-11-29: sha256 ${approval.digest}`)
    expect(passed).toMatchObject({ conclusion: 'success', title: 'Passed: 1 finding' })
    expect(passed.summary).not.toContain('bea')
  })

  it.each([
    ['hold', 'action_required', 'Held for approval: 1 finding'],
    ['block', 'failure', 'Blocked: 1 finding'],
  ] as const)('that stands at %s is not shown as well', (verdict, conclusion, title) => {
    expect(gateCheck(makeRequest(), resultOf([finding], verdict))).toMatchObject({ conclusion, title })
  })

  it('has a table of rule, place, and what, when and how to mend it', () => {
    const { summary } = gateCheck(makeRequest(), resultOf([finding]))

    expect(summary).toContain(
      '| **hold** | delayed-execution | npm-lifecycle | src/package.json:12 | A new \\`postinstall\\`. It runs on',
    )
  })

  it('annotates each finding at its place, the worst first', () => {
    const findings = severities.map((severity) => ({ ...finding, severity }))

    const { annotations } = gateCheck(makeRequest(), resultOf([...findings, { ...finding, line: null }]))

    expect(annotations.map(({ level, line }) => [level, line])).toEqual([
      ['failure', 12],
      ['warning', 12],
      ['warning', 1],
      ['notice', 12],
    ])
    expect(annotations[0]).toMatchObject({
      path: 'src/package.json',
      title: 'delayed-execution/npm-lifecycle',
      message: finding.message,
    })
  })

  it.each([null, 'a\nb', 'a\u202eb', '../../etc/passwd', '/etc/passwd', 'a//b', ''])(
    'annotates nothing at %j, which is no place in the repository, but lists it',
    (path) => {
      const { annotations, summary } = gateCheck(makeRequest(), resultOf([{ ...finding, path }]))

      expect(annotations).toEqual([])
      expect(summary).toContain('npm-lifecycle')
    },
  )

  it.each(['a.txt', 'packages/@acme/x y#1.ts', 'é/..gitignore'])('control: annotates %j', (path) => {
    expect(gateCheck(makeRequest(), resultOf([{ ...finding, path }])).annotations).toMatchObject([{ path }])
  })

  it('annotates no more than 200, the worst, and says that there are more', () => {
    const notes = Array.from({ length: 300 }, () => ({ ...finding, severity: 'note' as const }))

    const many = gateCheck(makeRequest(), resultOf([...notes, finding]))
    const few = gateCheck(makeRequest(), resultOf(notes.slice(0, 200)))

    expect(many.annotations).toHaveLength(200)
    expect(many.annotations[0]?.level).toBe('warning')
    expect(many.summary).toContain('Annotated are the 200 worst of 301 findings that have a place.')
    expect(many.summary).toContain('… and 271 more.')
    expect(few.annotations).toHaveLength(200)
    expect(few.summary).not.toContain('Annotated')
  })

  it('keeps its table where paths become long when they are escaped', () => {
    const findings = Array.from({ length: 50 }, () => ({
      ...finding,
      path: '&'.repeat(4096),
      message: '<'.repeat(2000),
    }))

    const { summary } = gateCheck(makeRequest(), resultOf(findings))

    expect(summary.length).toBeLessThan(65_535)
    expect(summary).toContain('| **hold** | delayed-execution |')
    expect(summary).toMatch(/… and \d+ more\./)
  })

  it.each(['@octocat closes #99 [skip ci]', '](https://evil.example)', 'a\n/merge', '\u001b[31m\u202e'])(
    'lets nothing act that a finding quotes: %j',
    (message) => {
      const { summary, annotations } = gateCheck(makeRequest(), resultOf([{ ...finding, message }]))
      const text = `${summary}\n${annotations.map((annotation) => annotation.message).join()}`

      expect(text).not.toMatch(/@[a-z]|#\d|\]\(|:\/\/|^\/merge|(?!\n)[\p{Cc}\p{Cf}]/mu)
      expect(text).not.toContain('[skip ci]')
    },
  )
})
