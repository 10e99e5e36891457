import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { longest } from './longest-first.ts'

it.each(longest)('%s, which starts before others, is there', (path) => {
  expect(existsSync(new URL(`../${path}`, import.meta.url))).toBe(true)
})
