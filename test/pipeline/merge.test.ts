import { describe, expect, it } from 'vitest'
import type { ChangeSet, FileChange, JobRequest } from '../../worker/contract/index.ts'
import { mergeAlone } from '../../worker/pipeline/merge-alone.ts'
import type { Merge } from '../../worker/pipeline/ports/index.ts'
import { SourceError } from '../../worker/pipeline/ports/index.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { attemptOf, createWorld, portsOf, requestOf, type World } from './fakes.ts'

const branch = 'airlock/issue-3-0123456789'
const theirSha = '1'.repeat(40)
const mergedTree = '2'.repeat(40)
const merges = { ref: 'main', sha: theirSha, from: '0'.repeat(40) }
const request: JobRequest = {
  ...requestOf({ setup: { run: [], secrets: [] } }),
  subject: { kind: 'pull-request', number: 5, title: 'It is mended' },
  base: { ref: branch, sha: 'a'.repeat(40) },
  continues: { pullRequest: 5, branch, commits: [] },
  merges,
}
const run = (world: World, asked = request) => runJob(asked, attemptOf(world), portsOf(world))

function treeOf(treeSha: string, files: Record<string, string> = {}): Merge['tree'] {
  return { treeSha, list: async () => new Map(Object.entries(files)), read: async () => new Map() }
}

function mergeOf(conflicts: readonly string[] = [], tree = treeOf(mergedTree)): Merge {
  const theirs = { sha: theirSha, treeSha: '3'.repeat(40), tree: treeOf('3'.repeat(40)), files: 1, bytes: 1, notes: [] }
  return { theirs, tree, sha: '4'.repeat(40), conflicts }
}

const fileOf = (path: string, content: string | null): FileChange => ({
  path,
  before: null,
  after: content === null ? null : { mode: '100644', sha: '5'.repeat(40), content: Buffer.from(content) },
})
const marks = '<<<<<<< this-branch\nours\n=======\ntheirs\n>>>>>>> base-branch\n'
const changesOf = (from: string, to: string, ...files: FileChange[]): ChangeSet => ({
  baseSha: from,
  treeSha: to,
  files,
})

describe('a job that brings a pull request up to its base branch', () => {
  it('runs nothing where the two fit, asks the authority twice, and adds a commit', async () => {
    const changes: World['changes'] = ({ from, to }) => changesOf(from, to, fileOf('a.txt', 'both\n'))
    const world = createWorld({ merge: async () => mergeOf(), changes, handOff: async () => ({ branch }) })

    const summary = await run(world)

    expect(summary.outcome).toEqual({ outcome: 'published', reason: 'base-merged' })
    expect(world.log.filter((entry) => /sandbox|agent/.test(entry))).toEqual([])
    expect(world.log.filter((entry) => entry === 'recheck')).toHaveLength(2)
    expect(world.log).toContain('fetch')
  })

  it.each([
    ['adds the commit where the two fit', [], 'base-merged'],
    ['leaves conflicts to a worker, and starts no agent', ['list.txt'], 'merge-failed'],
  ])('on a machine that runs no agent %s', async (_what, conflicts, reason) => {
    const changes: World['changes'] = ({ from, to }) => changesOf(from, to, fileOf('a.txt', 'both\n'))
    const world = createWorld({ merge: async () => mergeOf(conflicts), changes, handOff: async () => ({ branch }) })

    const summary = await mergeAlone({ ...request, merges }, attemptOf(world), portsOf(world))

    expect(summary.outcome.reason).toBe(reason)
    expect(world.log.filter((entry) => /sandbox|agent/.test(entry))).toEqual([])
    expect(world.log.some((entry) => /hand off/.test(entry))).toBe(conflicts.length === 0)
    expect(world.finished).toEqual(summary)
  })

  it('ends before it fetches where the authority says no', async () => {
    const recheck = () => ({ outcome: 'refused', reason: 'permission-lost' }) as const
    const world = createWorld({ recheck })

    expect((await run(world)).outcome.reason).toBe('permission-lost')
    expect(world.log).not.toContain('fetch')
  })

  it('says that there is nothing to do where merging changes nothing', async () => {
    const world = createWorld({ merge: async () => mergeOf([], treeOf('t'.repeat(40))) })
    const same = await portsOf(world).source.materialise(
      request,
      { workspace: null, repository: '/g', owner: null },
      AbortSignal.timeout(1000),
    )
    world.merge = async () => mergeOf([], same.tree)

    expect((await run(world)).outcome).toMatchObject({ outcome: 'no-changes', reason: 'base-merged-before' })
  })

  it.each<[string, Partial<World>, string]>([
    [
      'git can’t put the two together',
      {
        merge: async () => {
          throw new SourceError('unmergeable', 'x')
        },
      },
      'merge-failed',
    ],
    ['what differs is too large', { merge: async () => mergeOf(), changes: () => null }, 'merge-failed'],
    ['instructions for agents conflict', { merge: async () => mergeOf(['sub/AGENTS.md', 'a.txt']) }, 'merge-failed'],
  ])('fails without an agent where %s', async (_when, changes, reason) => {
    const world = createWorld(changes)

    expect((await run(world)).outcome).toMatchObject({ outcome: 'failed', reason })
    expect(world.log.filter((entry) => /sandbox/.test(entry))).toEqual([])
  })
})

describe('conflicts', () => {
  const laid = [
    fileOf('a.txt', marks),
    fileOf('gone.txt', null),
    fileOf('AGENTS.md', 'theirs\n'),
    {
      ...fileOf('to-a', 'a.txt'),
      after: { mode: '120000', sha: '6'.repeat(40), content: Buffer.from('a.txt') },
    } as const,
  ]
  const changes: World['changes'] = ({ from, to }) =>
    changesOf(from, to, ...(from === theirSha ? [fileOf('a.txt', 'both\n')] : laid))
  const solvedBy = (...files: FileChange[]): Partial<World> => ({
    merge: async () => mergeOf(['a.txt', 'b.bin'], treeOf(mergedTree, { 'a.txt': 'merged' })),
    changes,
    collected: { kind: 'changes', changeSet: changesOf('4'.repeat(40), '7'.repeat(40), ...files) },
    handOff: async () => ({ branch }),
  })

  it('are laid over what the agent starts from, which is told of them; its own files for agents stay', async () => {
    const world = createWorld(solvedBy(fileOf('a.txt', 'both\n')))

    const summary = await run(world)

    expect(summary.outcome).toEqual({ outcome: 'published', reason: 'base-merged' })
    expect(world.log.filter((entry) => /^(write (a|AGENTS)|remove|link)/.test(entry))).toEqual([
      'write a.txt',
      'remove gone.txt',
      'link to-a',
    ])
    const prompt = JSON.stringify(world.audit.find(({ kind }) => kind === 'prompt')?.data)
    expect(prompt).toContain('- \\\\\\"a.txt\\\\\\"'.replaceAll('\\\\\\', '\\'))
    expect(summary.notes.join()).toContain('"a.txt", "b.bin"')
  })

  it.each<[string, FileChange]>([
    ['left the marks', fileOf('a.txt', marks.replace('ours', 'mine'))],
    ['did something else', fileOf('c.txt', 'c\n')],
  ])('are not said to be solved where the agent %s', async (_what, file) => {
    const world = createWorld(solvedBy(file))

    expect((await run(world)).outcome).toMatchObject({ reason: 'conflict-unsolved', detail: '"a.txt"' })
    expect(world.log.filter((entry) => entry.startsWith('hand off'))).toEqual([])
  })

  it('are solved where the file is gone', async () => {
    expect((await run(createWorld(solvedBy(fileOf('a.txt', null))))).outcome.reason).toBe('base-merged')
  })
})

describe('a base branch that went on while the agent worked', () => {
  const onIssue = requestOf({ setup: { run: [], secrets: [] } })
  const head = '8'.repeat(40)
  const movedWorld = (changes: Partial<World>) => createWorld({ movedTo: head, ...changes })

  it('gets the change where it fits: staged once more, after the gates and the authority', async () => {
    const changes: World['changes'] = ({ from, to }) => changesOf(from, to, fileOf('a.js', 'x\n'))
    const world = movedWorld({ merge: async () => mergeOf(), changes })

    const summary = await run(world, onIssue)

    expect(summary.outcome.outcome).toBe('published')
    expect(summary.notes).toEqual([expect.stringContaining(`fits its commit ${head}`)])
    expect(world.log.filter((entry) => /^(stage|recheck)/.test(entry))).toHaveLength(5)
  })

  it.each<[string, Partial<World>, string]>([
    ['it does not fit', { merge: async () => mergeOf(['a.js']) }, 'does not fit what is there now: "a.js"'],
    [
      'that can’t be looked at',
      {
        merge: async () => {
          throw new SourceError('unavailable', 'x')
        },
      },
      'could not be looked at',
    ],
    [
      'it is there by now',
      { merge: async () => mergeOf(), changes: ({ from, to }) => changesOf(from, to) },
      'the very change',
    ],
    ['it is too large', { merge: async () => mergeOf() }, 'too large'],
  ])('is left alone where %s, and said so', async (_when, changes, why) => {
    const world = movedWorld(changes)

    const summary = await run(world, onIssue)

    expect(summary.outcome.outcome).toBe('published')
    expect(summary.notes).toEqual([expect.stringContaining(why)])
    expect(world.log.filter((entry) => entry.startsWith('stage'))).toHaveLength(1)
  })

  it('is left alone where the gates would stop the change there', async () => {
    const changes: World['changes'] = ({ from, to }) => changesOf(from, to, fileOf('a.js', 'x\n'))
    const world = movedWorld({ merge: async () => mergeOf(), changes })
    const finding = { gate: 'size', rule: 'r', severity: 'hold', path: null, line: null, message: 'm' } as const
    const gate = {
      name: 'size',
      check: ({ changeSet }: { changeSet: ChangeSet }) => (changeSet.baseSha === head ? [finding] : []),
    } as const

    const summary = await runJob(onIssue, attemptOf(world), { ...portsOf(world), gates: [gate] })

    expect(summary.outcome.outcome).toBe('published')
    expect(summary.report.findings).toEqual([])
    expect(summary.notes).toEqual([expect.stringContaining('the gates would stop the change there')])
  })
})
