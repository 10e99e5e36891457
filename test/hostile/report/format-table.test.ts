import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { engineNames } from '../engines.ts'
import type { HostileCase } from '../hostile-case.ts'
import { judgeCell } from '../judge-cell.ts'
import { notClaimed } from '../not-claimed.ts'
import { allCases } from '../parts.ts'
import type { Column } from './column.ts'
import { formatTable } from './format-table.ts'

describe('the table of the hostile suite', () => {
  const cases: readonly HostileCase[] = [
    { name: 'fact-kernel', attack: 'learn the version', group: 'escape' },
    { name: 'loud', attack: 'print too much', group: 'resource' },
  ]
  const column = (engine: Column['engine'], cell: Column['cases'][number]['cell']): Column => ({
    ...{ engine, unavailable: null, durationMs: 1500 },
    cases: [{ name: 'fact-kernel', cell, detail: '' }],
  })

  it('shows each case on each engine, sums them up and gives the reason for what is not claimed', () => {
    const table = formatTable(cases, [column('process', 'not claimed'), column('microvm', 'blocked')])

    expect(table).toMatch(/^Escape +process +microvm$/m)
    expect(table).toMatch(/^ {2}learn the version +not claimed +blocked$/m)
    expect(table).toMatch(/^ {2}print too much +- +-$/m)
    expect(table).toMatch(/^ {2}not claimed +1 +0$/m)
    expect(table).toContain('Not claimed:\n  The kernel is the one of the host')
  })

  it('names what an engine lacks that is not here', () => {
    const missing: Column = { engine: 'gvisor', unavailable: 'apt-get install runsc', durationMs: 1, cases: [] }

    expect(formatTable(cases, [missing])).toContain('gvisor is not here: apt-get install runsc')
  })
})

describe('a cell', () => {
  const finding = (name: string, through: boolean, control: boolean) => ({ name, through, control, detail: '' })

  it('is open when an attempt came through that the class claims to stop', () => {
    expect(judgeCell('process', finding('read-host-file', true, true))).toBe('OPEN')
    expect(judgeCell('microvm', finding('fact-kernel', true, true))).toBe('OPEN')
    expect(judgeCell('process', finding('fact-kernel', true, true))).toBe('not claimed')
  })

  it('shows nothing without a control', () => {
    expect(judgeCell('process', finding('read-host-file', false, false))).toBe('no control')
    expect(judgeCell('process', finding('read-host-file', false, true))).toBe('blocked')
  })
})

describe('the cases', () => {
  const names = allCases.map(({ name }) => name)

  it('are as many as were promised: 150 in all, and 120 of secrets, egress and injection', () => {
    const ofData = allCases.filter(({ group }) => ['secret', 'egress', 'injection'].includes(group))

    expect(allCases.length).toBeGreaterThanOrEqual(150)
    expect(ofData.length).toBeGreaterThanOrEqual(120)
  })

  it('have names of their own, by which a sink tells them apart', () => {
    expect(new Set(names).size).toBe(names.length)
    expect(names.filter((name) => !/^[a-z0-9-]+$/.test(name))).toEqual([])
  })

  it('that are not claimed are cases of the suite, on engines of the suite', () => {
    const listed = notClaimed.flatMap(({ cases }) => cases)

    expect(listed.filter((name) => !names.includes(name))).toEqual([])
    expect(notClaimed.flatMap(({ on }) => on).filter((engine) => !engineNames.includes(engine))).toEqual([])
  })

  it('that are not claimed are in the documentation, word for word', async () => {
    const page = await readFile(new URL('../../../docs/hostile-suite.md', import.meta.url), 'utf8')

    expect(notClaimed.filter(({ because }) => !page.includes(`| ${because} |`))).toEqual([])
  })
})
