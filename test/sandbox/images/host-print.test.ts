import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HostPrint, printByContent, printByTimes } from '../../../worker/sandbox/image/host-print.ts'

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'airlock-host-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

/** A machine on which one package was installed then. Its files have the times that the package gives them. */
async function printOf(print: HostPrint, installedAt: number, { program = 'one', alias = 'tool' } = {}) {
  const [status, bin] = [join(root, 'status'), join(root, 'bin')]
  await mkdir(join(bin, 'parts'), { recursive: true })
  await writeFile(status, 'Package: tool\n')
  await writeFile(join(bin, 'tool'), program)
  await utimes(join(bin, 'tool'), 1000, 1000)
  await symlink(alias, join(bin, 'alias'))
  for (const path of [status, join(bin, 'parts'), bin]) await utimes(path, installedAt, installedAt)
  const found = print([status, bin, join(root, 'none')])
  for (const path of [status, bin]) await rm(path, { recursive: true })
  return found
}

describe('the print of a machine', () => {
  it('by content is the same whenever the same was installed; by times it is not', async () => {
    expect(await printOf(printByContent, 5000)).toBe(await printOf(printByContent, 6000))
    expect(await printOf(printByTimes, 5000)).not.toBe(await printOf(printByTimes, 6000))
  })

  it.each([
    ['another program', { program: 'another' }],
    ['an alias of something else', { alias: 'other' }],
  ])('by content tells %s', async (_, other) => {
    expect(await printOf(printByContent, 5000, other)).not.toBe(await printOf(printByContent, 5000))
  })
})
