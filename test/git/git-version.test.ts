import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createSource, defaultSourceLimits } from '../../worker/git/create-source.ts'
import { gitVersion, isGitSupported } from '../../worker/git/git-version.ts'
import { makeRequest } from './job-request.ts'
import { makeFolder } from './origin.ts'

describe('the version of git', () => {
  it('is read from the program, and this machine’s is good enough', async () => {
    const version = await gitVersion('git')

    expect(version.text).toMatch(/^git version /)
    expect(isGitSupported(version)).toBe(true)
  })

  it.each([
    [[2, 39, 3], false],
    [[2, 39, 4], true],
    [[2, 40, 0], true],
    [[2, 9, 9], false],
    [[3, 0, 0], true],
    [[1, 99, 99], false],
  ] as const)('%j is good enough: %s', (parts, isGood) => {
    expect(isGitSupported({ text: '', parts })).toBe(isGood)
  })

  it('refuses the job with a git that has known holes, before it asks for a token', async () => {
    await using folder = await makeFolder()
    const old = join(folder.path, 'git')
    await writeFile(old, '#!/bin/sh\necho git version 2.39.2\n')
    await chmod(old, 0o755)
    const source = createSource({
      dataDir: join(folder.path, 'data'),
      git: old,
      cloneAccess: () => Promise.reject(new Error('asked for a token')),
      limits: defaultSourceLimits,
    })
    const paths = { workspace: join(folder.path, 'w'), repository: join(folder.path, 'r'), owner: null }

    const running = source.materialise(
      makeRequest({ ref: 'main', sha: 'a'.repeat(40) }),
      paths,
      AbortSignal.timeout(9000),
    )

    await expect(running).rejects.toMatchObject({ code: 'git-too-old', retryable: false })
  })
})
