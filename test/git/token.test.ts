import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSource, defaultSourceLimits } from '../../worker/git/create-source.ts'
import { spawnProcess } from '../../worker/process/spawn-process.ts'
import { secretForms } from '../../worker/seal/secret-forms.ts'
import { createSecretSearch } from '../../worker/seal/secret-search.ts'
import { type HttpBackend, startHttpBackend } from './http-backend.ts'
import { makeRequest } from './job-request.ts'
import { type Folder, makeFolder, makeOrigin } from './origin.ts'

const token = 'ghs_canary5TokenIsNowhere0123456789abcdef'
const search = createSecretSearch(secretForms('TOKEN', token))
let folder: Folder
let backend: HttpBackend

beforeEach(async () => {
  folder = await makeFolder()
  backend = await startHttpBackend(folder.path, token)
})

afterEach(async () => {
  await backend[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

/** Every place of every process that shows an argument list, and every file below the test's folder. */
async function whereTokenIs(): Promise<string[]> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map((pid) => `/proc/${pid}/cmdline`)
  const files = await readdir(folder.path, { recursive: true, withFileTypes: true })
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name))
  const found: string[] = []
  for (const path of [...processes, ...paths]) {
    const content = await readFile(path).catch(() => Buffer.alloc(0))
    if (search.find(content) !== null) found.push(path)
  }
  return found
}

describe('the token of a clone', () => {
  it('is in no argument list, no config and no workspace, while git runs and afterwards', async () => {
    const sha = await makeOrigin(join(folder.path, 'origin'), { 'a.txt': 'x' })
    const release = Promise.withResolvers<void>()
    const arrived = backend.hold(release.promise)
    const source = createSource({
      dataDir: join(folder.path, 'data'),
      git: 'git',
      cloneAccess: async () => ({ url: `${backend.origin}/origin`, token, dispose: async () => undefined }),
      limits: defaultSourceLimits,
    })
    const paths = {
      workspace: join(folder.path, 'workspace'),
      repository: join(folder.path, 'repository.git'),
      owner: null,
    }

    const running = source.materialise(makeRequest({ ref: 'main', sha }), paths, AbortSignal.timeout(30_000))
    await arrived
    const whileRunning = await whereTokenIs()
    release.resolve()
    await running

    expect(whileRunning).toEqual([])
    expect(await whereTokenIs()).toEqual([])
    expect(backend.requests.length).toBeGreaterThan(0)
  })

  it('control: the same search finds it in an argument list and in a file', async () => {
    const planted = join(folder.path, 'config')
    await writeFile(planted, `url = https://x-access-token:${token}@example.com`)
    const shown = spawnProcess(['sh', '-c', 'read line', token], {
      env: { PATH: process.env.PATH ?? '' },
      stdio: ['pipe', 'ignore', 'ignore'],
    })

    const found = await whereTokenIs()
    shown.kill('SIGKILL')

    expect(found).toEqual([`/proc/${shown.pid}/cmdline`, planted])
  })
})
