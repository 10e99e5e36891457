import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeRequest } from './job-request.ts'
import { commitFiles, commitRawTree, makeOrigin, plainGit } from './origin.ts'
import { type ServedOrigin, startServedOrigin } from './served-origin.ts'

let served: ServedOrigin

beforeEach(async () => {
  served = await startServedOrigin()
})
afterEach(() => served[Symbol.asyncDispose]())

describe('what materialise refuses', () => {
  const refusal = async (run: Promise<unknown>) => {
    const error: unknown = await run.then(
      () => null,
      (reason) => reason,
    )
    return error
  }

  it('says denied without a token or with a wrong one, and is not tried again', async () => {
    const sha = await makeOrigin(served.origin, { 'a.txt': 'x' })

    for (const wrong of [null, 'ghs_another']) {
      expect(await refusal(served.materialise(sha, served.makeSource({ token: wrong })))).toMatchObject({
        name: 'SourceError',
        code: 'denied',
        retryable: false,
      })
    }
    expect(served.disposed()).toBe(2)
  })

  it.each([500, 503, 429])('says unavailable for %i, to be tried again', async (status) => {
    const sha = await makeOrigin(served.origin, { 'a.txt': 'x' })
    served.backend.failWith(status)

    expect(await refusal(served.materialise(sha))).toMatchObject({ code: 'unavailable', retryable: true })
  })

  it('says unavailable where nobody answers', async () => {
    const sha = await makeOrigin(served.origin, { 'a.txt': 'x' })
    await served.backend[Symbol.asyncDispose]()

    expect(await refusal(served.materialise(sha))).toMatchObject({ code: 'unavailable' })
  })

  it('takes the token to no other host, and control: git run plainly follows the redirect', async () => {
    const sha = await makeOrigin(served.origin, { 'a.txt': 'x' })
    let reached = 0
    const sink = createServer((_, response) => {
      reached += 1
      response.writeHead(404).end()
    }).listen(0, '127.0.0.1')
    await once(sink, 'listening')
    const address = sink.address()
    const port = typeof address === 'object' ? address?.port : null
    served.backend.failWith(302, `http://localhost:${port}/origin/info/refs?service=git-upload-pack`)

    expect(await refusal(served.materialise(sha))).toMatchObject({ code: 'unavailable' })
    expect(reached).toBe(0)

    await plainGit(['ls-remote', `${served.backend.origin}/origin`]).catch(() => '')
    expect(reached).toBeGreaterThan(0)
    sink.closeAllConnections()
    sink.close()
  })

  it('tells an empty repository, a branch that vanished, and a base that is gone apart', async () => {
    await plainGit(['init', '--quiet', '-b', 'main', served.origin])
    expect(await refusal(served.materialise('a'.repeat(40)))).toMatchObject({ code: 'repository-empty' })

    const sha = await commitFiles(served.origin, { 'a.txt': 'x' })
    expect(await refusal(served.materialise(sha, served.makeSource(), { ref: 'gone' }))).toMatchObject({
      code: 'base-missing',
    })
    expect(await refusal(served.materialise('a'.repeat(40)))).toMatchObject({ code: 'base-moved' })
    expect((await served.materialise(sha)).files).toBe(1)
  })

  it('refuses submodules, naming the first', async () => {
    await makeOrigin(served.origin, { 'a.txt': 'x' })
    const gitlink = Buffer.from(`160000 commit ${'b'.repeat(40)}\tvendor/lib\0`.replace('vendor/lib', 'lib'))
    const sha = await commitRawTree(served.origin, gitlink)

    expect(await refusal(served.materialise(sha))).toMatchObject({
      code: 'submodules',
      message: 'the repository has submodules (1), the first at lib',
    })
  })

  it.each(['.GIT', 'git~1', '.git ', '.g\u200cit'])('refuses a base with %j in it', async (name) => {
    await makeOrigin(served.origin, { 'a.txt': 'x' })
    const blob = await plainGit(['-C', served.origin, 'hash-object', '-w', 'a.txt'])
    const sha = await commitRawTree(served.origin, Buffer.from(`100644 blob ${blob}\t${name}\0`))

    expect(await refusal(served.materialise(sha))).toMatchObject({ name: 'SourceError' })
  })

  it('refuses a repository above the limits, with numbers', async () => {
    const sha = await makeOrigin(served.origin, { 'a.txt': 'x'.repeat(100), 'b.txt': 'y'.repeat(100) })

    expect(await refusal(served.materialise(sha, served.makeSource({ limits: { files: 1 } })))).toMatchObject({
      code: 'too-large',
      message: expect.stringContaining('2 files and 200 bytes'),
    })
    expect(await refusal(served.materialise(sha, served.makeSource({ limits: { bytes: 199 } })))).toMatchObject({
      code: 'too-large',
    })
    expect((await served.materialise(sha, served.makeSource({ limits: { files: 2, bytes: 200 } }))).bytes).toBe(200)
  })

  it('stops when it is cancelled, and leaves no process behind', async () => {
    const sha = await makeOrigin(served.origin, { 'a.txt': 'x' })
    const stop = new AbortController()
    const arrived = served.backend.hold(new Promise(() => undefined))
    const running = refusal(
      served
        .makeSource()
        .materialise(
          makeRequest({ ref: 'main', sha }),
          { workspace: join(served.path, 'w'), repository: join(served.path, 'r'), owner: null },
          stop.signal,
        ),
    )
    await arrived
    expect(await processesOf(served.backend.origin)).not.toEqual([])

    stop.abort(new Error('stopped by the test'))

    expect(await running).toMatchObject({ message: 'stopped by the test' })
    expect(served.disposed()).toBe(1)
    expect(await processesOf(served.backend.origin)).toEqual([])
  })
})

/** Command lines that name the address: git's own and its transport's. */
async function processesOf(address: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.filter((line) => line.includes(address))
}
