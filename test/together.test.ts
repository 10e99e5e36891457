import { globSync } from 'node:fs'
import { expect, it } from 'vitest'
import { longest } from './longest-first.ts'
import { together } from './together.ts'

const root = new URL('..', import.meta.url)
const filesOf = (pattern: string) => globSync(pattern, { cwd: root })

it.each(together)('%s, whose files share a process, has some', (pattern) => {
  expect(filesOf(pattern).length).toBeGreaterThan(0)
})

it('holds none of those that take longest', () => {
  expect(together.flatMap(filesOf).filter((path) => longest.includes(path))).toEqual([])
})
