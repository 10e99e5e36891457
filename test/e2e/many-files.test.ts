import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../cli/commands/run.ts'
import { jobReportSchema } from '../../worker/contract/index.ts'
import { type Folder, makeFolder, plainGit } from '../git/origin.ts'
import { linkKeptPostures } from '../kept-postures.ts'

let folder: Folder
beforeAll(async () => {
  folder = await makeFolder()
  await linkKeptPostures(join(folder.path, 'data'))
})
afterAll(() => folder[Symbol.asyncDispose]())

/** A bare repository with one commit of so many small files, made without a work tree. */
async function makeRepository(count: number): Promise<string> {
  const path = join(folder.path, `of-${count}`)
  const files = Array.from({ length: count }, (_, n) => `M 100644 :1 d${n % 1000}/f${n}\n`)
  const commit = 'commit refs/heads/main\ncommitter Ada <ada@example.com> 1700000000 +0000\ndata 4\nmany\n'
  await plainGit(['init', '--quiet', '--bare', '-b', 'main', path])
  await plainGit(['-C', path, 'fast-import', '--quiet'], ['blob\nmark :1\ndata 2\na\n\n', commit, ...files].join(''))
  return path
}

async function runOn(repository: string) {
  let printed = ''
  const io = {
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', AIRLOCK_DATA_DIR: join(folder.path, 'data') },
    ...{ cwd: folder.path, stderr: () => {}, signal: new AbortController().signal },
    stdout: (text: string) => {
      printed += text
    },
  }
  const agent = ['--', 'sh', '-c', 'echo b >d7/f7; echo new >d7/new']
  const status = await run.run(['--repo', repository, '--task', 'x', '--json', ...agent], io)
  return { status, report: jobReportSchema.parse(JSON.parse(printed)) }
}

const left = async () => [
  ...(await readdir(join(folder.path, 'data/jobs'))),
  ...(await readdir(join(folder.path, 'data/sandboxes/sandboxes'))),
]

describe('a repository of very many files', () => {
  it('is worked on with 100,000 of them, and nothing but the change is in the result', async () => {
    const repository = await makeRepository(100_000)

    const { status, report } = await runOn(repository)

    expect([status, report.outcome]).toEqual([0, 'published'])
    const git = (...args: string[]) => plainGit(['-C', repository, ...args])
    expect(await git('diff', '--name-status', 'main', report.branch ?? '')).toBe('M\td7/f7\nA\td7/new')
    expect(
      await git('ls-tree', '-r', '--name-only', report.branch ?? '').then((names) => names.split('\n').length),
    ).toBe(100_001)
    expect(await left()).toEqual([])
  }, 300_000)

  it('is refused above 200,000, with how many there are, and without a sandbox', async () => {
    const repository = await makeRepository(200_001)

    const { status, report } = await runOn(repository)

    expect([status, report.outcome, report.reason]).toEqual([4, 'refused', 'repository-too-large'])
    expect(report.durations).not.toHaveProperty('agent')
    expect(await plainGit(['-C', repository, 'for-each-ref', '--format=%(refname)'])).toBe('refs/heads/main')
    expect(await left()).toEqual([])
  }, 120_000)
})
