import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../cli/commands/run.ts'
import { makeFolder, plainGit } from '../git/origin.ts'
import { deleteRef, updateRef } from '../github/git/refs.ts'
import { gitText, runGit } from '../github/git/run-git.ts'
import type { Repository } from '../github/state/entities.ts'
import { expectKeptRules } from './expect-kept-rules.ts'
import { type Asked, startWorld, type World, writesOneFile } from './start-world.ts'

const policyPath = '.github/airlock.yml'
const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d'.repeat(32)}\nsize 12345\n`
/** `caf`, and an e with an accent as it was written in 1990. */
const oddName = Buffer.from('caf\xe9.txt', 'latin1')

let world: World
/** Asked for while no worker runs. */
const early = new Map<string, Asked>()

beforeAll(async () => {
  world = await startWorld()
  const rewritten = await createRepository('rewritten')
  early.set('rewritten', await world.ask(rewritten))
  await updateRef(rewritten.gitDir, 'refs/heads/main', await unrelatedCommit(rewritten))
  const deleted = await createRepository('deleted')
  early.set('deleted', await world.ask(deleted))
  await gitText(deleted.gitDir, ['branch', '-m', 'main', 'other'])
  await world.installation.startWorker()
})
afterAll(() => world?.[Symbol.asyncDispose]())

async function createRepository(name: string, policy = writesOneFile): Promise<Repository> {
  const repository = await world.github.createRepository({ name, files: { 'README.md': 'a\n', [policyPath]: policy } })
  world.github.addCollaborator(repository, 'ada', 'write')
  return repository
}

async function unrelatedCommit({ gitDir }: Repository): Promise<string> {
  const identity = ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com']
  return gitText(gitDir, [...identity, 'commit-tree', '-m', 'unrelated', 'main^{tree}'])
}

/** Puts one entry that no work tree can hold into the default branch's commit. */
async function addEntry({ gitDir }: Repository, entry: Buffer): Promise<void> {
  const tree = await runGit(gitDir, ['ls-tree', '-z', 'main'])
  const sha = await gitText(gitDir, ['mktree', '-z', '--missing'], {
    input: Buffer.concat([tree, entry, Buffer.from('\0')]),
  })
  const identity = ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com']
  await updateRef(gitDir, 'refs/heads/main', await gitText(gitDir, [...identity, 'commit-tree', '-m', 'odd', sha]))
}

/** What the App says, and its branch. By hand, because some of these repositories have no default branch. */
async function foundIn(repository: Repository) {
  const refs = await world.github.refs(repository)
  const [branch] = refs.flatMap(({ ref }) => (ref.startsWith('refs/heads/airlock/') ? [ref] : []))
  const comments = repository.comments.filter(({ user }) => user.type === 'Bot').map(({ body }) => body)
  const pull = repository.issues.find((issue) => issue.pull !== undefined)
  return { branch, comments, status: comments.at(-1), body: pull?.body }
}

async function endOf(asked: Asked | undefined) {
  if (asked === undefined) throw new Error('was not asked')
  await world.ended(asked.jobId)
  return foundIn(asked.repository)
}

/** For what is answered before there is a job. */
async function answerIn(repository: Repository) {
  const { issue } = await world.github.openIssue(repository, { by: 'ada', title: 'Mend it' })
  const { delivery } = await world.github.label(repository, issue.number, { by: 'ada', name: 'airlock' })
  return { ...(await world.handled(delivery)), ...(await foundIn(repository)) }
}

describe('a repository that is not as expected', () => {
  it('is refused when it is empty', async () => {
    const repository = await world.github.createRepository({ name: 'empty' })
    world.github.addCollaborator(repository, 'ada', 'write')

    const answer = await answerIn(repository)
    expect(answer).toMatchObject({ kind: 'answered', with: 'repository-empty' })
    expect(answer.comments).toEqual([expect.stringContaining('**Refused.**')])
  })

  it('is refused when its default branch is not there', async () => {
    const repository = await createRepository('headless')
    await world.github.commit(repository, { branch: 'other', message: 'x', files: { x: 'x\n' } })
    await deleteRef(repository.gitDir, 'refs/heads/main')

    const answer = await answerIn(repository)
    expect(answer).toMatchObject({ kind: 'answered', with: 'base-missing' })
    expect(answer.comments).toEqual([expect.stringContaining('**Refused.**')])
  })

  it('is refused when its history was rewritten after the question', async () => {
    const { status, branch } = await endOf(early.get('rewritten'))

    expect(status).toContain('**Refused.**')
    expect(branch).toBeUndefined()
  })

  it('is refused when the branch is gone by the time a worker looks', async () => {
    const { status, branch } = await endOf(early.get('deleted'))

    expect(status).toContain('**Refused.**')
    expect(branch).toBeUndefined()
  })

  it('is refused when it has submodules, with the first of them', async () => {
    const repository = await createRepository('submodules')
    await addEntry(repository, Buffer.from(`160000 commit ${'1'.repeat(40)}\tvendor`))

    const { status, branch } = await endOf(await world.ask(repository))
    expect(status).toMatch(/\*\*Refused\.\*\*.*submodules[\s\S]*vendor/)
    expect(branch).toBeUndefined()
  })

  it('is worked on with LFS pointers as they are, and its reader is told', async () => {
    const repository = await createRepository('pointers')
    const files = { '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n', 'large.bin': pointer }
    await world.github.commit(repository, { branch: 'main', message: 'lfs', files })

    const { branch, body } = await endOf(await world.ask(repository))
    expect(await gitText(repository.gitDir, ['show', `${branch}:large.bin`])).toBe(pointer.trimEnd())
    expect(body).toMatch(/LFS pointers/)
  })

  it('is worked on with names that are not UTF-8, which stay as they are', async () => {
    const repository = await createRepository('odd-names')
    const blob = await gitText(repository.gitDir, ['rev-parse', 'main:README.md'])
    await addEntry(repository, Buffer.concat([Buffer.from(`100644 blob ${blob}\t`), oddName]))

    const { branch, body } = await endOf(await world.ask(repository))
    const names = await runGit(repository.gitDir, ['ls-tree', '-z', '--name-only', branch ?? ''])
    expect(names.includes(oddName)).toBe(true)
    expect(names.includes('fixed.txt')).toBe(true)
    expect(body).toMatch(/not UTF-8/)
  })

  it('is not given a name that is not UTF-8 by an agent', async () => {
    const policy = `agent: command\ncommand: [sh, -c, "touch \\"$(printf 'caf\\\\351')\\""]\n`

    const { status, branch } = await endOf(await world.ask(await createRepository('odd-agent', policy)))
    expect(status).toMatch(/\*\*Refused\.\*\*[\s\S]*not UTF-8/)
    expect(branch).toBeUndefined()
  })

  it('is never asked of GitHub in a way that it would not understand', () => {
    expectKeptRules(world.github)
  })
})

describe('airlock run on a repository that is not as expected', () => {
  it.each([
    ['has no commit', ['init', '--quiet', '-b', 'main']],
    ['is no repository', ['version']],
  ])('refuses one that %s as wrong usage', async (_, args) => {
    await using folder = await makeFolder()
    await plainGit(['-C', folder.path, ...args])
    const io = {
      env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', AIRLOCK_DATA_DIR: `${folder.path}/data` },
      ...{ cwd: folder.path, stdout: () => {}, stderr: () => {}, signal: AbortSignal.timeout(30_000) },
    }

    await expect(run.run(['--repo', '.', '--task', 'x', '--', 'true'], io)).rejects.toMatchObject({
      name: 'UsageError',
    })
  })
})
