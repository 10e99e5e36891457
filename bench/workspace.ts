import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { defaultOperatorPolicy } from '../app/repo-policy/operator/operator-policy.ts'
import { createLocalRequest } from '../cli/run/local-request.ts'
import { createSource, defaultSourceLimits } from '../worker/git/create-source.ts'
import type { Bench } from './bench.ts'
import type { Figure } from './figure.ts'
import { interleave, summariseNumbers, timed } from './measure.ts'
import { plainGit } from './setup/plain-git.ts'

const rounds = 3
const files = 100_000
const longHistory = 2000

export const workspace: Bench = {
  about: 'the workspace of a large repository, and `git worktree add`',
  async run({ say }) {
    await using stack = new AsyncDisposableStack()
    const root = await mkdtemp('/tmp/airlock-bench-')
    stack.defer(() => rm(root, { recursive: true, force: true }))
    say(`${files} files; histories of 1 and of ${longHistory} commits; the base commit is in our mirror already`)
    const sides = new Map<string, () => Promise<number>>()
    for (const commits of [1, longHistory]) {
      const repository = join(root, `history-${commits}.git`)
      await makeRepository(repository, commits)
      const ours = await layOutFrom(repository, join(root, `ours-${commits}`))
      sides.set(`ours, ${commits}`, ours).set(`git, ${commits}`, () => addWorktree(repository, root))
    }
    const samples = await interleave(sides, { rounds, warmUp: 1 })
    return [1, longHistory].map(
      (commits): Figure => ({
        what: `workspace, ${commits} ${commits === 1 ? 'commit' : 'commits'}`,
        unit: 'ms',
        ours: summariseNumbers(samples.get(`ours, ${commits}`) ?? []),
        other: { name: 'git worktree add', summary: summariseNumbers(samples.get(`git, ${commits}`) ?? []) },
        aim: null,
      }),
    )
  },
}

/** A tree of many files, and then commits that each change one of them. */
async function makeRepository(repository: string, commits: number): Promise<void> {
  await plainGit(['init', '--quiet', '--bare', '--initial-branch=main', repository])
  const who = 'committer bench <bench@localhost.invalid> 1700000000 +0000'
  const lines = ['commit refs/heads/main', who, 'data 1', 'x']
  for (let index = 0; index < files; index += 1) {
    const text = `file ${index}`
    lines.push(`M 100644 inline d${index % 100}/e${index % 1000}/f${index}.txt`, `data ${text.length}`, text)
  }
  for (let index = 1; index < commits; index += 1) {
    const text = `change ${index}`
    lines.push('commit refs/heads/main', who, 'data 1', 'x', 'from refs/heads/main^0')
    lines.push('M 100644 inline changed.txt', `data ${text.length}`, text)
  }
  await plainGit(['-C', repository, 'fast-import', '--quiet'], `${lines.join('\n')}\n`)
}

async function layOutFrom(repository: string, dataDir: string): Promise<() => Promise<number>> {
  await mkdir(dataDir)
  const source = createSource({
    ...{ dataDir, git: 'git', limits: defaultSourceLimits },
    cloneAccess: async () => ({ url: repository, token: null, dispose: async () => {} }),
  })
  const base = { ref: 'main', sha: await plainGit(['-C', repository, 'rev-parse', 'main']) }
  const created = createLocalRequest({
    ...{ repository, base, defaultBranch: 'main', task: 'Nothing', agent: null, command: null, isolation: null },
    policy: { name: 'airlock.yml', written: { kind: 'none' } },
    ...{ operatorPolicy: defaultOperatorPolicy, now: Date.now() },
  })
  if (!created.ok) throw new Error(JSON.stringify(created.problems))
  const { request } = created
  return async () => {
    const job = await mkdtemp(join(dataDir, 'job-'))
    const paths = { workspace: join(job, 'workspace'), repository: join(job, 'repository.git'), owner: null }
    await mkdir(paths.workspace)
    const ms = await timed(() => source.materialise(request, paths, AbortSignal.timeout(300_000)))
    await rm(job, { recursive: true, force: true })
    return ms
  }
}

async function addWorktree(repository: string, root: string): Promise<number> {
  const folder = await mkdtemp(join(root, 'worktree-'))
  const at = join(folder, 'workspace')
  const ms = await timed(() => plainGit(['-C', repository, 'worktree', 'add', '--quiet', '--detach', at, 'main']))
  await rm(folder, { recursive: true, force: true })
  await plainGit(['-C', repository, 'worktree', 'prune'])
  return ms
}
