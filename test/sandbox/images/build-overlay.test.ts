import { mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCommand } from '../../../worker/process/run-command.ts'
import { buildOverlay } from '../../../worker/sandbox/image/build-overlay.ts'
import { readRecipe } from '../../../worker/sandbox/image/read-recipe.ts'
import { buildOptions } from './build-options.ts'

describe('what is laid over the Debian packages', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp('/tmp/airlock-overlay-')
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  /** An npm folder whose lockfile has no packages: nothing is asked of a registry. */
  async function overlay(program: string, into = 'overlay') {
    const tool = join(folder, 'mine', 'tool')
    await mkdir(tool, { recursive: true })
    await writeFile(join(folder, 'mine', 'image.yaml'), `npm: [{ folder: tool, programs: { run: '${program}' } }]`)
    await writeFile(join(tool, 'package.json'), '{"name":"tool","version":"1.0.0"}')
    const packages = { '': { name: 'tool', version: '1.0.0' } }
    await writeFile(join(tool, 'package-lock.json'), JSON.stringify({ name: 'tool', lockfileVersion: 3, packages }))
    await writeFile(join(tool, '.npmrc'), 'registry=https://user:password@registry.example.com/')
    await mkdir(join(folder, into))
    return buildOverlay(await readRecipe(folder, 'mine'), join(folder, into), buildOptions(folder))
  }

  it('has npm folders with their programs on PATH, and no word of the registry', async () => {
    const tar = await overlay('pack*.json')

    const { stdout } = await runCommand(['/usr/bin/tar', '--list', '--numeric-owner', '--verbose', `--file=${tar}`])
    const listed = stdout.toString('utf8')
    expect(await readlink(join(folder, 'overlay/usr/local/bin/run'))).toBe('../lib/airlock/tool/package.json')
    expect(listed).toMatch(/^-rwxr-xr-x 0\/0 .* \.\/usr\/local\/lib\/airlock\/tool\/package\.json$/m)
    expect(listed).not.toMatch(/npmrc|package-lock/)
    expect(await readFile(tar, 'latin1')).not.toContain('registry.example.com')
  })

  it('is the same each time', async () => {
    const [one, two] = [await overlay('package.json', 'one'), await overlay('package.json', 'two')]

    expect((await readFile(one)).equals(await readFile(two))).toBe(true)
  })

  it.each([
    ['nowhere/*', 'matches 0 files: name exactly one'],
    ['**', 'matches 2 files: name exactly one'],
  ])('is refused where a program is not one file: %s', async (program, message) => {
    await expect(overlay(program)).rejects.toMatchObject({ name: 'ImageError', code: 'description' })
    await rm(join(folder, 'overlay'), { recursive: true })
    await expect(overlay(program)).rejects.toThrow(message)
  })
})
