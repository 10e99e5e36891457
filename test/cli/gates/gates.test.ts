import { chmod, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  commitFiles,
  type Folder,
  makeFolder,
  makeOrigin,
  type OriginFile,
  plainGit,
  writeTree,
} from '../../git/origin.ts'
import { leak, lines, reportOf, runGates } from './run-gates.ts'

let folder: Folder
let repo: string
const git = (...args: string[]) => plainGit(['-C', repo, ...args])

beforeEach(async () => {
  folder = await makeFolder()
  repo = join(folder.path, 'repo')
  await makeOrigin(repo, { 'a.txt': 'one\n', '.gitignore': 'ignored\n' })
  await git('checkout', '--quiet', '-b', 'feature')
})
afterEach(() => folder[Symbol.asyncDispose]())

describe('airlock gates on two commits', () => {
  it('publishes a harmless change, and holds one with a secret, with the exit status for each', async () => {
    await commitFiles(repo, { 'b.txt': 'two\n' })
    const harmless = await reportOf(repo, '--repo', '.', '--base', 'main', '--head', 'HEAD')
    await commitFiles(repo, { 'c.py': `import os\n${leak('one')}` })
    const leaking = await reportOf(repo, '--repo', '.', '--base', 'main', '--head', 'feature')

    expect(harmless).toEqual({ status: 0, verdict: 'publish', findings: [], files: 1, bytes: 4 })
    expect(leaking).toMatchObject({ status: 3, verdict: 'hold', files: 2 })
    expect(lines(leaking)).toEqual(['named-value hold c.py:2'])
  })

  it('blocks what would run on install', async () => {
    await commitFiles(repo, { 'package.json': '{ "scripts": { "postinstall": "node x.js" } }\n' })

    const report = await reportOf(repo, '--repo', '.', '--base', 'main', '--head', 'HEAD')

    expect(report).toMatchObject({ status: 3, verdict: 'block' })
    expect(report.findings).toMatchObject([{ gate: 'delayed-execution', severity: 'block', path: 'package.json' }])
  })

  it('looks at what a workflow runs, and holds each change of one only where a policy says so', async () => {
    const path = '.github/workflows/test.yml'
    const workflow = (name: string) =>
      `on: push\npermissions: {}\njobs: { test: { name: ${name}, runs-on: ubuntu-24.04, steps: [{ run: npm test }] } }\n`
    await commitFiles(repo, { [path]: workflow('One') })
    await git('branch', 'base')
    await commitFiles(repo, { [path]: workflow('Other') })
    const judged = ['--repo', '.', '--base', 'base', '--head', 'HEAD']
    const policy = join(folder.path, 'policy.yml')
    await writeFile(policy, `gates: { protected: ["${path}"] }\n`)

    const alone = await reportOf(repo, ...judged)
    const byPolicy = await reportOf(repo, ...judged, '--policy', policy)

    expect([alone.verdict, byPolicy.verdict]).toEqual(['publish', 'hold'])
    expect(lines(alone)).toEqual([`workflow note ${path}:3`])
  })

  it('judges what the branch adds and not what the base got since it left', async () => {
    await commitFiles(repo, { 'b.txt': 'two\n' })
    await git('checkout', '--quiet', 'main')
    await commitFiles(repo, { 'other.txt': 'three\n' })

    expect(await reportOf(repo, '--repo', '.', '--base', 'main', '--head', 'feature')).toMatchObject({ files: 1 })
  })

  it('compares with the base itself where the two have no commit in common', async () => {
    await git('checkout', '--quiet', '--orphan', 'apart')
    await commitFiles(repo, { 'c.py': leak('apart') })

    const report = await reportOf(repo, '--repo', '.', '--base', 'main', '--head', 'apart')

    expect(lines(report)).toEqual(['named-value hold c.py:1'])
  })

  it('takes a bare repository, and a linked work tree', async () => {
    await commitFiles(repo, { 'c.py': leak('one') })
    await git('worktree', 'add', '--quiet', '--detach', '../linked', 'feature')
    await plainGit(['clone', '--quiet', '--bare', repo, join(folder.path, 'bare.git')])

    const bare = await reportOf(folder.path, '--repo', 'bare.git', '--base', 'main', '--head', 'feature')
    const linked = await reportOf(folder.path, '--repo', 'linked', '--base', 'main', '--head', 'HEAD')

    expect([bare.status, linked.status]).toEqual([3, 3])
  })

  it('holds a submodule that moves, and blocks names that are not UTF-8: neither was searched', async () => {
    const sha = await git('rev-parse', 'HEAD')
    await git('update-index', '--add', '--cacheinfo', `160000,${sha},sub`)
    await git('commit', '--quiet', '-m', 'submodule')
    const moved = await reportOf(repo, '--repo', '.', '--base', 'main', '--head', 'HEAD')
    const blob = await git('rev-parse', 'HEAD:a.txt')
    await plainGit(
      ['-C', repo, 'update-index', '-z', '--index-info'],
      Buffer.concat([Buffer.from(`100644 ${blob}\tb`), Buffer.from([0xff, 0])]),
    )
    await git('commit', '--quiet', '-m', 'name')
    const odd = await reportOf(repo, '--repo', '.', '--base', 'HEAD~1', '--head', 'HEAD')

    expect(lines(moved)).toEqual(['unread-submodule hold sub'])
    expect(lines(odd)).toEqual([expect.stringMatching(/^unread-odd-name block b/)])
  })

  it('holds a file that is too large to be searched', async () => {
    await commitFiles(repo, { big: 'x\n'.repeat(9 * 1024 * 1024) })

    const report = await reportOf(repo, '--repo', '.', '--base', 'main', '--head', 'HEAD')

    expect(report).toMatchObject({ status: 3, verdict: 'hold' })
    expect(lines(report)).toEqual(['unread-too-large hold big'])
  })

  it('takes the policy of the base, or the one that is named, and never the one of the change', async () => {
    const policy = 'gates: { protected: ["docs/**"] }\n'
    await writeFile(join(folder.path, 'strict.yml'), policy)
    await commitFiles(repo, { 'docs/a.md': 'a\n', 'src/a.txt': 'a\n' })
    const args = ['--repo', '.', '--base', 'main', '--head', 'HEAD']
    const without = await reportOf(repo, ...args)
    const named = await reportOf(repo, ...args, '--policy', join(folder.path, 'strict.yml'))
    await git('checkout', '--quiet', 'main')
    await commitFiles(repo, { '.github/airlock.yml': policy })
    await git('checkout', '--quiet', 'feature')
    const ofBase = await reportOf(repo, ...args)

    expect([without.status, named.status, ofBase.status]).toEqual([0, 3, 3])
    expect(lines(ofBase)).toEqual(lines(named))
  })

  it('knows the repository’s own license from the base, and not from the change', async () => {
    await writeFile(join(folder.path, 'mit.yml'), 'gates: { licenses: { allow-licenses: [MIT] } }\n')
    const args = ['--repo', '.', '--base', 'main', '--head', 'HEAD', '--policy', '../mit.yml']
    const manifest = { 'package.json': '{ "license": "MPL-2.0" }\n' }
    await commitFiles(repo, { ...manifest, 'a.js': '// SPDX-License-Identifier: MPL-2.0\n' })
    const claimed = await reportOf(repo, ...args)
    await git('checkout', '--quiet', 'main')
    await commitFiles(repo, manifest)
    await git('checkout', '--quiet', '-b', 'later')
    await commitFiles(repo, { 'b.js': '// SPDX-License-Identifier: MPL-2.0\n' })
    const own = await reportOf(repo, ...args)

    expect(lines(claimed)).toEqual(['forbidden block a.js:1'])
    expect(own).toMatchObject({ status: 0, findings: [] })
  })

  it('takes suppressions of the policy that is named, and none of the change', async () => {
    const args = ['--repo', '.', '--base', 'main', '--head', 'HEAD']
    await commitFiles(repo, { 'c.py': leak('one') })
    const [finding] = (await reportOf(repo, ...args)).findings
    const entry = { fingerprint: finding?.fingerprint, reason: 'A server that is gone', until: '2999-12-31' }
    const policy = JSON.stringify({ gates: { suppress: [entry] } })
    await writeFile(join(folder.path, 'policy.yml'), policy)
    await commitFiles(repo, { '.github/airlock.yml': policy })

    const ofChange = await reportOf(repo, ...args)
    const named = await reportOf(repo, '--repo', '.', '--base', 'main', '--head', 'HEAD~1', '--policy', '../policy.yml')

    expect(lines(ofChange)).toContain('named-value hold c.py:1')
    expect(named).toMatchObject({ status: 0, verdict: 'publish' })
    expect(named.findings).toMatchObject([
      { severity: 'note', message: expect.stringContaining('Suppressed until 2999-12-31: A server that is gone.') },
    ])
  })

  it('takes no policy that cannot be read for none: a folder, a link, a far too large file', async () => {
    await git('checkout', '--quiet', 'main')
    const odd: Readonly<Record<string, OriginFile>>[] = [
      { '.github/airlock.yml/x': 'x\n' },
      { '.github/airlock.yml': { link: '../a.txt' } },
      { '.github/airlock.yml': `# ${'x'.repeat(1024 * 1024)}\n` },
    ]
    const ends: unknown[] = []
    for (const files of odd) {
      await rm(join(repo, '.github'), { recursive: true, force: true })
      await commitFiles(repo, files)
      ends.push(await runGates(repo, '--repo', '.', '--base', 'main'))
    }

    const failed = (why: string) => expect.objectContaining({ status: 1, stderr: expect.stringContaining(why) })
    expect(ends).toEqual([failed('is no plain file'), failed('is no plain file'), failed('is larger than')])
  })

  it('says which line of a policy is wrong, and fails', async () => {
    await writeFile(join(folder.path, 'wrong.yml'), 'gates:\n  protect: []\n')

    const { status, stderr } = await runGates(repo, '--repo', '.', '--base', 'main', '--policy', '../wrong.yml')

    expect(status).toBe(1)
    expect(stderr).toContain('wrong.yml:2: gates.protect: unknown key')
  })
})

describe('airlock gates on a work tree', () => {
  it('sees changed and new files and no ignored ones, from where the branch left the base', async () => {
    await commitFiles(repo, { 'c.py': leak('committed') })
    await writeTree(repo, { 'd.py': leak('new'), ignored: leak('ignored'), 'a.txt': leak('changed') })

    const report = await reportOf(repo, '--repo', '.', '--base', 'main')

    expect(report.status).toBe(3)
    expect(lines(report)).toEqual(['named-value note a.txt:1', 'named-value hold c.py:1', 'named-value hold d.py:1'])
  })

  it('blocks a tree that leads out of itself', async () => {
    await symlink('/etc/passwd', join(repo, 'link'))

    const report = await reportOf(repo, '--repo', '.', '--base', 'main')

    expect(lines(report)).toEqual(['unread-unsafe-tree block link'])
  })
})

describe('a hostile repository', () => {
  let fired: string

  beforeEach(async () => {
    fired = join(folder.path, 'fired')
    await mkdir(fired)
  })

  async function trap(name: string): Promise<string> {
    const path = join(folder.path, `trap-${name}`)
    await writeFile(path, `#!/bin/sh\necho fired > ${join(fired, name)}\n`)
    await chmod(path, 0o755)
    return path
  }

  const attacks: [string, (path: string) => Promise<unknown>, () => Promise<unknown>][] = [
    ['fsmonitor', (path) => git('config', 'core.fsmonitor', path), () => git('status')],
    [
      'textconv',
      async (path) => {
        await git('config', 'diff.evil.textconv', path)
        await writeFile(join(repo, '.git/info/attributes'), '* diff=evil\n')
      },
      () => git('diff', 'main', 'feature'),
    ],
    [
      'clean-filter',
      async (path) => {
        await git('config', 'filter.evil.clean', path)
        await writeFile(join(repo, '.git/info/attributes'), '* filter=evil\n')
      },
      () => git('add', '--all'),
    ],
    ['external-diff', (path) => git('config', 'diff.external', path), () => git('diff', 'main', 'feature')],
    [
      'hooks',
      async (path) => {
        await git('config', 'core.hooksPath', join(repo, '.git/evil'))
        await mkdir(join(repo, '.git/evil'))
        await rename(path, join(repo, '.git/evil/post-index-change'))
      },
      () => git('add', '--all'),
    ],
  ]

  it.each(attacks)('%s never fires, and control: it does for git run there plainly', async (name, plant, provoke) => {
    await commitFiles(repo, { 'c.py': leak('one') })
    await writeTree(repo, { 'd.py': leak('two') })
    await plant(await trap(name))

    const commits = await reportOf(repo, '--repo', '.', '--base', 'main', '--head', 'HEAD')
    const files = await reportOf(repo, '--repo', '.', '--base', 'main')

    expect([commits.findings.length, files.findings.length]).toEqual([1, 2])
    expect(await readdir(fired)).toEqual([])
    await provoke().catch(() => undefined)
    expect(await readdir(fired)).toEqual([name])
  })

  it('grafts and replacements hide nothing', async () => {
    const head = await commitFiles(repo, { 'c.py': leak('one') })
    const main = await git('rev-parse', 'main')
    await writeFile(join(repo, '.git/info/grafts'), `${main} ${head}\n`)
    await git('replace', head, main)
    const args = ['diff', '--stat', 'main', 'feature']

    const report = await reportOf(repo, '--repo', '.', '--base', 'main', '--head', 'feature')

    expect(lines(report)).toEqual(['named-value hold c.py:1'])
    expect(await git(...args)).toBe('')
    expect(await git('--no-replace-objects', ...args)).toContain('c.py')
  })

  it('an index that calls files unchanged hides nothing', async () => {
    await writeFile(join(repo, 'a.txt'), leak('one'))
    await git('update-index', '--assume-unchanged', 'a.txt')

    expect(await git('status', '--porcelain')).toBe('')
    expect(await reportOf(repo, '--repo', '.', '--base', 'main')).toMatchObject({ files: 1 })
  })

  it.each(['-x', '--upload-pack=touch x', '', 'main..feature', ':/one', 'main:a.txt', 'a b', 'a\n', 'x'.repeat(300)])(
    'refuses %j as a revision before git hears of it',
    async (ref) => {
      const base = runGates(repo, '--repo', '.', `--base=${ref}`)
      const head = runGates(repo, '--repo', '.', '--base', 'main', `--head=${ref}`)

      await expect(base).rejects.toMatchObject({ name: 'UsageError', message: expect.stringContaining('--base') })
      await expect(head).rejects.toMatchObject({ name: 'UsageError', message: expect.stringContaining('--head') })
    },
  )

  it('leaves nothing behind in the repository', async () => {
    await commitFiles(repo, { 'c.py': leak('one') })
    const before = await readdir(repo, { recursive: true })

    await reportOf(repo, '--repo', '.', '--base', 'main')
    await reportOf(repo, '--repo', '.', '--base', 'main', '--head', 'HEAD')

    expect(await readdir(repo, { recursive: true })).toEqual(before)
  })
})

describe('a wrong call', () => {
  it.each([
    [[], '--repo is missing'],
    [['--repo', '.'], '--base is missing'],
    [['--repo', '.', '--base', 'nowhere'], 'names no commit'],
    [['--repo', '.', '--base', 'main', '--head', 'nowhere'], 'names no commit'],
    [['--repo', '..', '--base', 'main'], 'is not the top folder of a git repository'],
    [['--repo', '.', '--base', 'main', 'more'], 'more belongs to no option'],
    [['--repo', '.', '--base', 'main', '--policy', 'nope.yml'], "nope.yml can't be read (ENOENT)"],
    [['--nope'], 'nope'],
    [['scan'], 'scan needs a file or folder'],
    [['scan', '.', '--base', 'main'], '--base is not for scan'],
    [['scan', 'nowhere'], 'nowhere is not there'],
  ])('%j is refused with a line that would be right', async (args, what) => {
    await expect(runGates(repo, ...args)).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining(what),
      right: expect.stringMatching(/^airlock gates /),
    })
  })
})

describe('what people and programs read', () => {
  it('a line for a person says gate, rule and place, and nothing of the secret', async () => {
    const line = leak('shown to nobody')
    await commitFiles(repo, { 'c.py': line })

    const { stdout } = await runGates(repo, '--repo', '.', '--base', 'main', '--head', 'HEAD')

    expect(stdout).toMatch(/^hold {2}secrets\/named-value {2}c\.py:1\n/)
    expect(stdout).toMatch(/fingerprint [0-9a-f]{32}\nhold: 1 findings in 1 files, \d+ bytes\n$/)
    expect(stdout).not.toContain(line.slice(13, 20))
  })

  it('writes SARIF beside it, and fails where it cannot', async () => {
    await commitFiles(repo, { 'c.py': leak('one') })
    const args = ['--repo', '.', '--base', 'main', '--head', 'HEAD', '--sarif']

    const { status } = await runGates(repo, ...args, '../gates.sarif')
    const failed = await runGates(repo, ...args, 'a.txt/gates.sarif')

    expect(status).toBe(3)
    expect(JSON.parse(await readFile(join(folder.path, 'gates.sarif'), 'utf8'))).toMatchObject({ version: '2.1.0' })
    expect(failed).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('ENOTDIR') })
    await rm(join(folder.path, 'gates.sarif'))
  })
})
