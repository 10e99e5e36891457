import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProposedFile } from '../../worker/contract/index.ts'
import { rebuildChange } from '../../worker/git/rebuild-change.ts'
import { runCommand } from '../../worker/process/run-command.ts'

const budget = { bytes: 1000, files: 10, fileBytes: 600, timeMs: 1000 }
const env = { PATH: process.env.PATH ?? '', GIT_CONFIG_NOSYSTEM: '1', HOME: '/nonexistent' }

let root: string
let repository: string
let baseSha: string

async function git(...args: string[]): Promise<string> {
  const { stdout } = await runCommand(['git', '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { env })
  return stdout.toString('utf8').trim()
}

beforeAll(async () => {
  root = await mkdtemp('/tmp/airlock-rebuild-')
  repository = join(root, 'repository.git')
  await git('init', '--quiet', '--bare', repository)
  const at = `--git-dir=${repository}`
  const { stdout } = await runCommand(['git', at, 'hash-object', '-w', '--stdin'], { env, input: 'old\n' })
  const entry = `100644 blob ${stdout.toString('utf8').trim()}\told.txt\n`
  const tree = await runCommand(['git', at, 'mktree'], { env, input: entry })
  baseSha = await git(at, 'commit-tree', '-m', 'base', tree.stdout.toString('utf8').trim())
})
afterAll(() => rm(root, { recursive: true, force: true }))

function rebuild(files: readonly ProposedFile[]) {
  const deps = { dataDir: root, git: 'git', limits: { files: 100, bytes: 10_000 } }
  return rebuildChange(deps, { repository, baseSha, files, budget }, AbortSignal.timeout(30_000))
}

const file = (path: string, text = 'new\n', mode: '100644' | '100755' | '120000' = '100644'): ProposedFile => ({
  path,
  after: { mode, content: Buffer.from(text) },
})

describe('a change built from what another machine hands over', () => {
  it('has what the files were from our own base, whatever is said of it', async () => {
    const result = await rebuild([file('old.txt'), file('dir/new.txt')])

    expect(result.kind).toBe('changes')
    if (result.kind !== 'changes') return
    const told = result.changeSet.files.map(({ path, before, after }) => [
      path,
      before && Buffer.from(before.content).toString(),
      after && Buffer.from(after.content).toString(),
    ])
    expect(told).toEqual([
      ['dir/new.txt', null, 'new\n'],
      ['old.txt', 'old\n', 'new\n'],
    ])
  })

  it('takes a file away', async () => {
    expect(await rebuild([{ path: 'old.txt', after: null }, file('kept.txt')])).toMatchObject({ kind: 'changes' })
  })

  it.each([
    ['a path that leads outside', [file('../evil')]],
    ['an absolute path', [file('/etc/passwd')]],
    ['a path through a dot', [file('a/./b')]],
    ['a look-alike of .git', [file('sub/.GIT/hooks/pre-commit')]],
    ['a name with a line end', [file('a\nb')]],
    ['the same path twice', [file('a'), file('a')]],
    ['a deletion of what is not there', [{ path: 'nothing', after: null }]],
    ['a symlink that leads outside', [file('link', '../../etc/passwd', '120000')]],
    ['two names that are one without case', [file('Old.txt')]],
  ] satisfies readonly (readonly [string, readonly ProposedFile[]])[])('refuses %s', async (_what, files) => {
    expect(await rebuild(files)).toMatchObject({ kind: 'unsafe' })
  })

  it('refuses more than a person could review', async () => {
    expect(await rebuild([file('a', 'x'.repeat(601))])).toMatchObject({ kind: 'over-budget', path: 'a' })
    expect(await rebuild([file('a', 'x'.repeat(550)), file('b', 'x'.repeat(550))])).toMatchObject({
      kind: 'over-budget',
    })
  })
})
