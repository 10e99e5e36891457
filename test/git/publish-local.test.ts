import { chmod, chown, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLocalPublisher } from '../../worker/git/publish-local.ts'
import { noReviewers } from '../../worker/pipeline/code-owners.ts'
import type { HandOffInput, StageInput } from '../../worker/pipeline/ports/index.ts'
import { makeRequest } from './job-request.ts'
import { changesOf, type LocalJob, startLocalJob } from './local-job.ts'
import { commitFiles, plainGit } from './origin.ts'

let job: LocalJob
const signal = AbortSignal.timeout(50_000)
const fence = { check: async () => undefined }
const inOrigin = (...args: string[]) => plainGit(['-C', job.origin, '-c', 'safe.directory=*', ...args])

beforeEach(async () => {
  job = await startLocalJob({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
  await job.write('a.txt', 'changed\n')
})

afterEach(() => job[Symbol.asyncDispose]())

function makePublisher() {
  return createLocalPublisher({
    repository: job.origin,
    dataDir: join(job.folder.path, 'data'),
    git: 'git',
    now: () => Date.parse('2026-11-20T12:00:00Z'),
  })
}

async function stageInput(): Promise<StageInput> {
  const changeSet = changesOf(await job.collect())
  const request = makeRequest({ ref: 'main', sha: job.sha })
  const baseTreeSha = await inOrigin('rev-parse', `${job.sha}^{tree}`)
  const commitMessage = 'Mend it\n\n-F /etc/passwd\n'
  return { request, changeSet, baseTreeSha, repository: job.repository, commitMessage, fence }
}

async function staged(): Promise<HandOffInput> {
  const input = await stageInput()
  const commit = await makePublisher().stage(input, signal)
  return {
    request: input.request,
    branch: 'airlock/7-mend',
    commit,
    title: 't',
    body: 'b',
    reviewers: noReviewers,
    fence,
  }
}

describe('publishing into a repository on this machine', () => {
  it('makes one commit on the base, and then its branch, and touches nothing else', async () => {
    const before = await inOrigin('rev-parse', 'main')

    const input = await staged()
    expect(await inOrigin('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main')
    const published = await makePublisher().handOff(input, signal)

    expect(published).toEqual({ branch: 'airlock/7-mend', commit: input.commit, pullRequest: null })
    expect(await inOrigin('log', '--format=%an <%ae> %aI %s', 'main..airlock/7-mend')).toBe(
      'Airlock <noreply@airlock.invalid> 2026-11-20T12:00:00+00:00 Mend it',
    )
    expect(await inOrigin('diff', '--stat', 'main', 'airlock/7-mend')).toContain('a.txt | 2 +-')
    expect(await inOrigin('fsck', '--strict')).not.toContain('missing')
    expect(await inOrigin('rev-parse', 'main')).toBe(before)
    expect(await inOrigin('status', '--porcelain')).toBe('')
  })

  it('has the effect of once when it runs twice', async () => {
    const input = await staged()
    await makePublisher().handOff(input, signal)

    expect(await makePublisher().handOff(input, signal)).toMatchObject({ commit: input.commit })
  })

  it('refuses a branch that is there already, and leaves it', async () => {
    const input = await staged()
    const other = await inOrigin('rev-parse', 'main')
    await inOrigin('branch', 'airlock/7-mend', other)

    await expect(makePublisher().handOff(input, signal)).rejects.toMatchObject({
      code: 'branch-taken',
      retryable: false,
    })
    expect(await inOrigin('rev-parse', 'airlock/7-mend')).toBe(other)
  })

  it.each(['main', 'x/y', '../main'])('refuses to make %j, which is not under airlock/', async (branch) => {
    const input = await staged()

    await expect(makePublisher().handOff({ ...input, branch }, signal)).rejects.toMatchObject({ code: 'rejected' })
    expect(await inOrigin('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main')
  })

  it('runs no hook of the repository, and control: they fire for git run plainly', async () => {
    const fired = join(job.folder.path, 'fired')
    for (const hook of ['reference-transaction', 'pre-push', 'post-commit', 'update', 'pre-receive']) {
      const path = join(job.origin, '.git/hooks', hook)
      await writeFile(path, `#!/bin/sh\necho ${hook} >> ${fired}\n`)
      await chmod(path, 0o755)
    }

    await makePublisher().handOff(await staged(), signal)
    expect(await readdir(job.folder.path)).not.toContain('fired')

    await inOrigin('branch', 'control')
    expect(await readdir(job.folder.path)).toContain('fired')
  })

  it('asks the fence before each effect', async () => {
    const lost = { check: () => Promise.reject(new Error('fence lost')) }
    const input = await staged()

    await expect(makePublisher().stage({ ...(await stageInput()), fence: lost }, signal)).rejects.toThrow('fence lost')
    await expect(makePublisher().handOff({ ...input, fence: lost }, signal)).rejects.toThrow('fence lost')
    expect(await inOrigin('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main')
  })

  it('writes as the one whose repository it is, when root runs it', async () => {
    const owner = process.getuid?.() === 0 ? 54321 : (process.getuid?.() ?? 0)
    const all = await readdir(job.origin, { recursive: true })
    for (const path of ['.', ...all]) await chown(join(job.origin, path), owner, process.getgid?.() ?? 0)
    await chmod(job.folder.path, 0o755)

    await makePublisher().handOff(await staged(), signal)

    expect((await stat(join(job.origin, '.git/refs/heads/airlock/7-mend'))).uid).toBe(owner)
  })

  it('starts from any revision that a person names', async () => {
    const later = await commitFiles(job.origin, { 'a.txt': 'later\n' })
    const paths = { workspace: join(job.folder.path, 'w2'), repository: join(job.folder.path, 'r2.git'), owner: null }

    for (const ref of ['HEAD', 'HEAD~1', 'main~0', later]) {
      const base = await job.source.materialise(makeRequest({ ref, sha: later }), { ...paths, workspace: null }, signal)
      expect(base.sha).toBe(later)
    }
  })
})
