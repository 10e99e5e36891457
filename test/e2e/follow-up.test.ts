import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gitText } from '../github/git/run-git.ts'
import type { Held } from '../github/http/faults.ts'
import type { Issue } from '../github/state/entities.ts'
import { expectKeptRules } from './expect-kept-rules.ts'
import { passedChecks } from './outcome-of.ts'
import type { LoggedProcess } from './process-log.ts'
import { letGo, standsStill, untilStandingStill } from './stand-still.ts'
import { type Asked, startWorld, type World } from './start-world.ts'

/** Writes down the first line of what it was asked; where that speaks of the guarded folder, there. */
const script =
  'line=$(head -n 1 "$AIRLOCK_TASK_FILE"); mkdir -p guarded; ' +
  'case "$line" in *guarded*) echo "$line" > guarded/a.txt;; *) echo "$line" >> done.txt;; esac'
const command = JSON.stringify(['sh', '-c', script])
const policy = `agent: command\ncommand: ${command}\ngates: { protected: ["guarded/**"] }\n`

let world: World
let worker: LoggedProcess

beforeAll(async () => {
  world = await startWorld()
  worker = await world.installation.startWorker({ AIRLOCK_CONCURRENCY: '4' })
}, 120_000)
afterAll(() => world[Symbol.asyncDispose]())

interface Published extends Asked {
  readonly pull: Issue
  readonly branch: string
}

function pullsOf({ repository }: Asked) {
  return repository.issues.flatMap(({ number, pull }) => (pull === undefined ? [] : [{ number, ...pull }]))
}

/** A job from its label to its pull request. */
async function publish(name: string, text = policy): Promise<Published> {
  const repository = await world.createRepository({ name, policy: text })
  world.github.addCollaborator(repository, 'bea', 'write')
  const asked = await world.ask(repository)
  await world.ended(asked.jobId)
  const pull = repository.issues.find((issue) => issue.pull !== undefined)
  if (pull?.pull === undefined) throw new Error('nothing was published')
  return { ...asked, pull, branch: pull.pull.headRef }
}

/** From here on agents in this repository wait, and write another file. */
function slowDown({ repository }: Asked) {
  const files = { '.github/airlock.yml': standsStill.replace('fixed.txt', 'more.txt') }
  return world.github.commit(repository, { branch: 'main', message: 'Slow down', files })
}

async function say({ repository, pull }: Published, body: string, by = 'bea') {
  const { delivery } = await world.github.comment(repository, pull.number, { by, body })
  return world.handled(delivery)
}

/** The same, and all jobs that it made have ended. */
async function sayAndWait(published: Published, body: string) {
  const known = await world.jobs()
  const handled = await say(published, body)
  for (const id of await world.jobs()) if (!known.includes(id)) await world.ended(id)
  return handled
}

const subjects = async ({ repository }: Asked, range: string) =>
  (await gitText(repository.gitDir, ['log', '--reverse', '--format=%s', range])).split('\n')
const shaOf = ({ repository }: Asked, revision: string) => gitText(repository.gitDir, ['rev-parse', revision])
const commentOf = ({ repository }: Asked, jobId: string) =>
  repository.comments.find(({ body }) => body.includes(`airlock:job=${jobId} `))?.body ?? ''
const checksOn = ({ repository }: Asked, sha: string) =>
  repository.checkRuns
    .filter(({ headSha }) => headSha === sha)
    .map(({ name, conclusion }) => `${name}: ${conclusion}`)
    .toSorted()

describe('a comment on a pull request of ours', () => {
  it('is one more commit on its branch, on top of what people pushed; its text is left to them', async () => {
    const job = await publish('goes-on')
    await world.github.commit(job.repository, { branch: job.branch, message: 'A typo', files: { 'typo.txt': 'x\n' } })
    job.pull.body = 'Written anew by a person.'
    const before = await shaOf(job, job.branch)

    const { jobId } = await sayAndWait(job, '/airlock add a test')

    expect(await subjects(job, `main..${job.branch}`)).toEqual(['Mend it', 'A typo', 'add a test'])
    expect(await shaOf(job, `${job.branch}^`)).toBe(before)
    expect(await gitText(job.repository.gitDir, ['show', `${job.branch}:done.txt`])).toBe('Mend it\nadd a test')
    expect(pullsOf(job)).toHaveLength(1)
    expect(job.pull.body).toBe('Written anew by a person.')
    const head = await shaOf(job, job.branch)
    expect(checksOn(job, head)).toEqual(passedChecks)
    const comment = commentOf(job, jobId)
    expect(comment).toContain(`/acme/goes-on/pull/${job.pull.number}/commits/${head}\n`)
    for (const part of ['**Done.**', 'new commit on this pull request', '### Gates', '### Sandbox', 'done.txt (+1']) {
      expect(comment).toContain(part)
    }
  })

  it('is held as any other work, and approved onto the same branch', async () => {
    const job = await publish('held-later')
    const before = await shaOf(job, job.branch)

    const { jobId } = await sayAndWait(job, '/airlock write into the guarded folder')
    const digest = /Change sha256 ([0-9a-f]{64})/.exec(commentOf(job, jobId))?.[1] ?? ''
    expect(await shaOf(job, job.branch)).toBe(before)
    const said = await sayAndWait(job, `/airlock approve ${digest}`)

    expect(said).toMatchObject({ with: 'approved' })
    expect(await shaOf(job, `${job.branch}^`)).toBe(before)
    expect(await gitText(job.repository.gitDir, ['diff', '--name-only', before, job.branch])).toBe('guarded/a.txt')
    expect(pullsOf(job)).toHaveLength(1)
    expect(commentOf(job, jobId)).toContain('bea (id')
  })

  it('keeps CI away as the first job did, until it is approved', async () => {
    const job = await publish('quarantined-later', `${policy}handoff: { ci: quarantine }\n`)

    const { jobId } = await sayAndWait(job, '/airlock add a test')
    const ours = await shaOf(job, job.branch)
    expect(await gitText(job.repository.gitDir, ['log', '-1', '--format=%B', ours])).toContain('[skip ci]')
    const digest = /approve ([0-9a-f]{12})`/.exec(commentOf(job, jobId))?.[1] ?? ''
    const said = await sayAndWait(job, `/airlock approve ${digest}`)

    expect(said).toMatchObject({ with: 'approved' })
    expect(await subjects(job, `main..${job.branch}`)).toEqual(['Mend it', 'add a test', 'Let CI run'])
    expect(await shaOf(job, `${job.branch}^`)).toBe(ours)
  })

  it('starts nothing where it is closed, and is told what to do', async () => {
    const job = await publish('closed')
    await world.github.closeIssue(job.repository, job.pull.number, { by: 'ada' })
    const before = await shaOf(job, job.branch)

    const said = await say(job, '/airlock add a test')

    expect(said).toMatchObject({ kind: 'answered', with: 'pull-request-closed' })
    expect(commentOf(job, said.jobId)).toContain('reopen it and ask again')
    expect(await shaOf(job, job.branch)).toBe(before)
  })

  it('ends where it is closed while the agent works', async () => {
    const job = await publish('closed-later')
    await slowDown(job)
    const before = await shaOf(job, job.branch)

    const { jobId } = await say(job, '/airlock add a test')
    const still = await untilStandingStill(worker, jobId)
    await world.github.closeIssue(job.repository, job.pull.number, { by: 'ada' })
    await letGo(world.dataDir, still)
    await world.ended(jobId)

    expect(commentOf(job, jobId)).toContain('was closed after this was asked')
    expect(await shaOf(job, job.branch)).toBe(before)
    expect(pullsOf(job)).toHaveLength(1)
  })

  it('keeps what somebody pushed while the agent worked, and is a pull request against that', async () => {
    const job = await publish('pushed')
    await slowDown(job)

    const { jobId } = await say(job, '/airlock add a test')
    const still = await untilStandingStill(worker, jobId)
    await world.github.commit(job.repository, { branch: job.branch, message: 'Mine', files: { 'mine.txt': 'x\n' } })
    const theirs = await shaOf(job, job.branch)
    await letGo(world.dataDir, still)
    await world.ended(jobId)

    expect(await shaOf(job, job.branch)).toBe(theirs)
    const [, second, ...more] = pullsOf(job)
    expect(more).toEqual([])
    expect(second).toMatchObject({ baseRef: job.branch, headRef: expect.stringMatching(/^airlock\/pr-2-/) })
    expect(await gitText(job.repository.gitDir, ['diff', '--name-only', `${job.branch}...${second?.headRef}`])).toBe(
      'more.txt',
    )
    expect(commentOf(job, jobId)).toMatch(/it got other commits in the meantime\. What is there stays as it is/)
  })
})

describe('a pull request that only looks like ours', () => {
  it("a person's from a branch below airlock/, with our text, is worked against and not in", async () => {
    const first = await publish('look-alike')
    await world.github.commit(first.repository, { branch: 'airlock/x', message: 'Mine', files: { 'mine.txt': 'x\n' } })
    const { issue } = await world.github.openPullRequest(first.repository, {
      by: 'ada',
      title: 'Mend it',
      body: first.pull.body ?? '',
      head: 'airlock/x',
      base: 'main',
    })
    const theirs = { ...first, pull: issue, branch: 'airlock/x' }
    const before = await shaOf(theirs, 'airlock/x')

    await sayAndWait(theirs, '/airlock add a test')

    expect(await shaOf(theirs, 'airlock/x')).toBe(before)
    expect(pullsOf(theirs).at(-1)).toMatchObject({
      baseRef: 'airlock/x',
      headRef: expect.stringMatching(/^airlock\/pr-3-/),
    })
  })

  it('ours whose branch was protected is worked against and not in', async () => {
    const job = await publish('protected')
    job.repository.protectedBranches.add(job.branch)
    const before = await shaOf(job, job.branch)

    await sayAndWait(job, '/airlock add a test')

    expect(await shaOf(job, job.branch)).toBe(before)
    expect(pullsOf(job).at(-1)).toMatchObject({ baseRef: job.branch })
  })
})

describe('a worker that is killed with -9', () => {
  const moments = [
    ['before the branch is moved', 'before'],
    ['after it was moved, and before it knows', 'after-effect'],
  ] as const
  const killed = new Map<string, { readonly job: Published; readonly before: string; readonly jobId: string }>()

  // Of both jobs at once: that it is dead shows only when its locks are over.
  beforeAll(async () => {
    const holds: Held[] = []
    for (const [, when] of moments) {
      const job = await publish(`killed-${when}`)
      const before = await shaOf(job, job.branch)
      const path = new RegExp(`^/repos/acme/killed-${when}/git/refs/heads%2Fairlock`)
      holds.push(world.github.hold({ method: 'PATCH', path }, when))
      killed.set(when, { job, before, ...(await say(job, '/airlock add a test')) })
    }
    await Promise.all(holds.map(({ reached }) => reached))
    const next = await world.installation.startWorker({ AIRLOCK_CONCURRENCY: '4' })
    worker.kill('SIGKILL')
    await worker.exited
    worker = next
    for (const { jobId } of killed.values()) await world.ended(jobId)
    // What the dead one asked for reaches GitHub after all.
    for (const hold of holds) hold.release()
  }, 120_000)

  it.each(moments)('%s leaves one commit, on one pull request', async (_what, when) => {
    const found = killed.get(when)
    if (found === undefined) throw new Error(`nobody was killed ${when}`)
    const { job, before, jobId } = found

    expect(await subjects(job, `${before}..${job.branch}`)).toEqual(['add a test'])
    expect(await gitText(job.repository.gitDir, ['show', `${job.branch}:done.txt`])).toBe('Mend it\nadd a test')
    expect(pullsOf(job)).toHaveLength(1)
    expect(checksOn(job, await shaOf(job, job.branch))).toEqual(passedChecks)
    expect(commentOf(job, jobId)).toContain('**Done.**')
    expect(worker.lines.some(({ jobId: id, attempt }) => id === jobId && attempt === 2)).toBe(true)
  })
})

it('no token is left alive', async () => {
  await expect.poll(() => world.github.tokens.live(), { timeout: 30_000 }).toEqual([])
})

it('asks GitHub for nothing that it does not know', () => expectKeptRules(world.github))
