import { chmod, link, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runCommand } from '../../worker/process/run-command.ts'
import { type LocalJob, startLocalJob, summaryOf } from './local-job.ts'
import { type OriginFile, plainGit } from './origin.ts'

type Plant = [name: string, plant: (path: string) => Promise<unknown>, why: string]

let job: LocalJob

const files: Record<string, OriginFile> = {
  'README.md': 'hello\n',
  'src/a.ts': 'a\n',
  '.gitignore': 'ignored/\n',
  out: { link: '/etc' },
  '-odd': 'x',
  'a\tb': 'x',
  'Readme.MD': 'x',
}

beforeAll(async () => {
  job = await startLocalJob(files)
})
beforeEach(() => job.reset())
afterAll(() => job[Symbol.asyncDispose]())

const inside = (path: string) => join(job.workspace, path)
const run = (...argv: string[]) => runCommand(argv, { env: { PATH: process.env.PATH ?? '' } })

async function refusal(): Promise<{ path: string; why: string }> {
  const result = await job.collect()
  if (result.kind !== 'unsafe') throw new Error(`not refused: ${JSON.stringify(result)}`)
  return result
}

/** Only root can make one, in a sandbox nobody can. */
const isRoot = process.getuid?.() === 0

describe('files that are no files', () => {
  const device: Plant = ['a device', (path) => run('mknod', path, 'c', '1', '3'), 'it is a device']
  const plants: Plant[] = [
    ['a FIFO', (path) => run('mkfifo', path), 'it is a FIFO'],
    ...(isRoot ? [device] : []),
    [
      'a socket',
      async (path) => {
        const server = createServer()
        await new Promise<void>((resolve) => server.listen(path, resolve))
        await run('cp', '--archive', '--link', path, `${path}2`)
        await new Promise((resolve) => server.close(resolve))
      },
      'it is a socket',
    ],
    [
      'a setuid file',
      async (path) => {
        await writeFile(path, 'x')
        await chmod(path, 0o4755)
      },
      'it has the setuid, setgid or sticky bit',
    ],
  ]

  it.each(plants)('refuses %s with its path, and at once', async (_, plant, why) => {
    await plant(inside('src/planted'))

    expect(await refusal()).toMatchObject({ path: expect.stringContaining('src/planted'), why })
  })

  it('never opens any of them where the base ignores the folder', async () => {
    await mkdir(inside('ignored'))
    for (const [index, [, plant]] of plants.entries()) await plant(inside(`ignored/${index}`))

    expect(await job.collect()).toEqual({ kind: 'none' })
  })

  it('refuses a FIFO in place of a tracked file', async () => {
    await rm(inside('README.md'))
    await run('mkfifo', inside('README.md'))

    expect(await refusal()).toMatchObject({ path: 'README.md', why: 'it is a FIFO' })
  })

  it('refuses a hard link to a file of the host, and control: takes links among its own', async () => {
    const secret = join(job.folder.path, 'host-secret')
    await writeFile(secret, 'of the host')
    await mkdir(inside('ignored'))
    await writeFile(inside('ignored/one'), 'own')
    await link(inside('ignored/one'), inside('two'))
    expect(summaryOf(await job.collect())).toEqual(['A two'])

    await link(secret, inside('stolen'))

    expect(await refusal()).toEqual({
      kind: 'unsafe',
      path: 'stolen',
      why: 'it is a hard link to a file outside the workspace',
    })
  })
})

describe('symlinks', () => {
  it('takes those that stay inside', async () => {
    for (const [path, target] of [
      ['a', 'src/a.ts'],
      ['b', './src'],
      ['src/c', '../README.md'],
      ['src/d', '..'],
      ['dangling', 'src/later'],
    ] as const) {
      await symlink(target, inside(path))
    }

    expect(summaryOf(await job.collect())).toEqual(['A a', 'A b', 'A dangling', 'A src/c', 'A src/d'])
  })

  it.each([
    ['/etc/passwd', 'absolute'],
    ['..', 'leads out'],
    ['.git/config', 'into .git'],
  ])('refuses one to %s', async (target, why) => {
    await symlink(target, inside('planted'))

    expect(await refusal()).toEqual({ kind: 'unsafe', path: 'planted', why: expect.stringContaining(why) })
  })

  it('refuses one that goes through a link of the base which leads out', async () => {
    expect(await job.collect()).toEqual({ kind: 'none' })

    await symlink('out/passwd', inside('planted'))

    expect(await refusal()).toMatchObject({ path: 'planted', why: expect.stringContaining('through a link') })
  })

  it('does not read through a folder that became a symlink', async () => {
    const outside = join(job.folder.path, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'a.ts'), 'a\n')
    await rm(inside('src'), { recursive: true })
    await symlink(outside, inside('src'))

    expect(await refusal()).toMatchObject({ path: 'src', why: 'it is a symlink with an absolute target' })
  })

  it('does not read a file that became a symlink to a file of the host', async () => {
    await rm(inside('README.md'))
    await symlink('/etc/hostname', inside('README.md'))

    expect(await refusal()).toMatchObject({ path: 'README.md' })
  })
})

describe('names', () => {
  it.each([
    ['.GIT', 'look-alike'],
    ['src/.git', 'look-alike'],
    ['src/deep/.Git', 'look-alike'],
    ['new\nline', 'control characters'],
    ['-rf', 'starts with a dash'],
    ['readme.md', 'without case it is the same as README.md'],
    ['SRC/b.ts', 'without case it is the same as src'],
  ])('refuses %j as a file', async (name, why) => {
    await job.write(name, 'x')

    expect((await refusal()).why).toContain(why)
  })

  it.each(['.git', '.GIT', 'git~1'])('refuses a nested repository in %s', async (name) => {
    await plainGit(['init', '--quiet', inside('vendor/lib')])
    if (name !== '.git') await run('mv', inside('vendor/lib/.git'), inside(`vendor/lib/${name}`))

    expect(await refusal()).toMatchObject({ path: `vendor/lib/${name}` })
  })

  it('refuses a new name that is not UTF-8', async () => {
    await writeFile(Buffer.concat([Buffer.from(inside('x')), Buffer.from([0xff])]), 'x')

    expect(await refusal()).toEqual({ kind: 'unsafe', path: 'x\ufffd', why: 'its name is not UTF-8' })
  })

  it('lets a base keep the odd names that it has', async () => {
    await job.write('-odd', 'changed')

    expect(summaryOf(await job.collect())).toEqual(['M -odd'])
  })
})

describe('too much', () => {
  it('gives up on folders without end', async () => {
    await run('mkdir', '-p', inside('d/'.repeat(300)))

    expect(await job.collect()).toMatchObject({ kind: 'over-budget', why: expect.stringContaining('deep') })
  })

  it('gives up on many files before it has read them all', async () => {
    await run('sh', '-c', `cd "$1" && seq 1 20000 | xargs touch`, 'sh', job.workspace)

    expect(await job.collect()).toEqual({ kind: 'over-budget', path: null, why: 'more than 1000 files changed' })
  })
})
