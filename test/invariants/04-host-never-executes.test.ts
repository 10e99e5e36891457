import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runCommand } from '../../worker/process/run-command.ts'
import { makeOrigin, plainGit, writeTree } from '../git/origin.ts'
import { type LocalAirlock, readTools, startLocalAirlock } from './local-airlock.ts'
import { makeShortFolder } from './short-folder.ts'

/** Of the base commit: what names the traps, so that it is no change of the agent's. */
const files = {
  '.gitattributes': '*.md filter=trap diff=trap\n',
  '.gitignore': 'node_modules\n',
  'package.json': JSON.stringify({
    name: 'a',
    version: '1.0.0',
    scripts: { preinstall: 'sh node_modules/.bin/run-me' },
  }),
}
const hostFile = 'only the host may read this: 4d1b77'

let airlock: LocalAirlock
/** A folder of the host's that nobody but the host can reach, and where sprung traps leave their names. */
let host: string
let marks: string

beforeAll(async () => {
  airlock = await startLocalAirlock()
  host = await makeShortFolder()
})
beforeEach(async () => {
  marks = join(host, 'marks')
  await rm(marks, { recursive: true, force: true })
  await mkdir(marks)
  await writeTree(host, { 'secret.txt': hostFile, 'folder/secret.txt': hostFile })
})
afterAll(async () => {
  await airlock?.[Symbol.asyncDispose]()
  await rm(host, { recursive: true, force: true })
})

describe('4. the host never executes, sources, includes or follows what the sandbox wrote', () => {
  it('springs no trap, laid in setup and by the agent, on the whole way to a branch', async () => {
    const lay = `sh tools/lay-traps.sh ${marks}`

    const { end, read } = await airlock.run({
      files,
      policy: { setup: { run: [lay] } },
      command: ['sh', '-c', `${lay}; echo changed >>README.md; echo new >new.md`],
    })

    expect(end).toBe('published/branch-created')
    expect(await read('README.md')).toBe('a repository\nchanged')
    expect(await readdir(marks)).toEqual([])
  })

  it('control: the same traps are sprung by whoever works in that folder', async () => {
    const folder = join(host, 'trapped')
    await makeOrigin(folder, { 'README.md': 'a repository\n', ...files, ...(await readTools()) })
    const env = { PATH: process.env.PATH ?? '', HOME: join(host, 'home'), GIT_CONFIG_NOSYSTEM: '1' }
    const run = (line: string) => runCommand(['sh', '-c', line], { cwd: folder, env }).catch(() => undefined)
    await run(`mkdir -p "$HOME"; sh tools/lay-traps.sh ${marks}; echo changed >>README.md`)

    await run('git status; git diff; git add .; git -c user.name=a -c user.email=a commit -m x; git checkout -b other')
    await run('npm install --offline --no-audit')
    await run('bash -lc true; PATH=$PWD/node_modules/.bin:$PATH git status; git st')

    expect(await readdir(marks)).toEqual(
      expect.arrayContaining([
        ...['git-clean', 'git-fsmonitor', 'git-gpg', 'git-textconv', 'hook-pre-commit', 'hook-reference-transaction'],
        ...['hook-post-checkout', 'hook-post-index-change', 'npm-script', 'home.bash_profile', 'path-git'],
      ]),
    )
  })

  it.each([
    ['a link to a file of the host', () => `ln -s ${host}/secret.txt link`, 'link'],
    ['a link in place of a file', () => `rm README.md; ln -s ${host}/secret.txt README.md`, 'README.md'],
    ['a link in place of a folder', () => `rm -r docs; ln -s ${host}/folder docs`, 'docs'],
    ['a pipe in place of a file', () => 'rm README.md; mkfifo README.md', 'README.md'],
    ['a repository within', () => 'mkdir docs/.GIT; echo "[core]" >docs/.GIT/config', 'docs/.GIT'],
  ])('refuses %s, and reads nothing of what it leads to', async (_, line, path) => {
    const command = ['sh', '-c', line()]
    const { end, summary, repository } = await airlock.run({ files: { 'docs/a.md': 'a\n' }, command })

    expect(end).toBe('refused/workspace-unsafe')
    expect(summary.outcome.detail).toMatch(new RegExp(`^${path}(/|:)`))
    expect(await contentsOf(repository)).not.toContain(hostFile)
    expect(JSON.stringify(summary)).not.toContain(hostFile)
  })

  it('control: a plain file, and a link within the tree, are read and handed over', async () => {
    const command = ['sh', '-c', `echo "${hostFile}" >plain.txt; ln -s docs/a.md link`]
    const { end, read, repository } = await airlock.run({ files: { 'docs/a.md': 'a\n' }, command })

    expect(end).toBe('published/branch-created')
    expect(await contentsOf(repository)).toContain(hostFile)
    expect(await read('link')).toBe('docs/a.md')
  })

  it('neither writes, nor changes owners, nor removes through links that setup and the agent left', async () => {
    await mkdir(join(host, 'target'))
    const links = `ln -s ${host}/target ~/.airlock; mkdir -p node_modules; ln -s ${host}/folder node_modules/folder`

    const { end, read } = await airlock.run({
      files,
      policy: { setup: { run: [links] } },
      command: ['sh', '-c', `ln -s ${host}/folder ~/folder; cp "$AIRLOCK_TASK_FILE" task.md`],
      task: 'find me at the right place',
    })

    expect(end).toBe('published/branch-created')
    expect(await read('task.md')).toBe('find me at the right place')
    expect(await readdir(join(host, 'target'))).toEqual([])
    expect(await readFile(join(host, 'folder/secret.txt'), 'utf8')).toBe(hostFile)
    expect((await stat(join(host, 'folder/secret.txt'))).uid).toBe(process.getuid?.())
  })
})

/** All that the repository holds, reachable or not. */
async function contentsOf(repository: string): Promise<string> {
  const list = await plainGit(['-C', repository, 'cat-file', '--batch-all-objects', '--batch-check'])
  const blobs = list.split('\n').flatMap((line) => (line.includes(' blob ') ? [line.split(' ')[0] ?? ''] : []))
  return plainGit(['-C', repository, 'cat-file', '--batch'], blobs.join('\n'))
}
