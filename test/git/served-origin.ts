import { join } from 'node:path'
import type { JobRequest } from '../../worker/contract/index.ts'
import { createSource, defaultSourceLimits, type SourceLimits } from '../../worker/git/create-source.ts'
import type { MaterialisedBase, Owner, Source } from '../../worker/pipeline/ports/index.ts'
import { type HttpBackend, startHttpBackend } from './http-backend.ts'
import { makeRequest } from './job-request.ts'
import { makeFolder } from './origin.ts'

const token = 'ghs_canary4MaterialiseTests0123456789'

interface SourceOptions {
  readonly token?: string | null
  readonly limits?: Partial<SourceLimits>
}

type Materialised = MaterialisedBase & {
  readonly workspace: string
  readonly repository: string
  readonly request: JobRequest
}

/** A repository behind HTTP and a token, and what reads it. `origin` is where a test puts the repository. */
export interface ServedOrigin extends AsyncDisposable {
  readonly path: string
  readonly origin: string
  readonly backend: HttpBackend
  /** How many accesses were given back. */
  disposed(): number
  makeSource(options?: SourceOptions): Source
  materialise(
    sha: string,
    source?: Source,
    names?: { name?: string; ref?: string; owner?: Owner },
  ): Promise<Materialised>
}

export async function startServedOrigin(): Promise<ServedOrigin> {
  const folder = await makeFolder()
  let [opened, disposed] = [0, 0]
  const backend = await startHttpBackend(folder.path, token, () => opened > disposed)
  const makeSource = (options: SourceOptions = {}): Source =>
    createSource({
      dataDir: join(folder.path, 'data'),
      git: 'git',
      cloneAccess: async () => {
        opened += 1
        return {
          url: `${backend.origin}/origin`,
          token: options.token === undefined ? token : options.token,
          dispose: async () => {
            disposed += 1
          },
        }
      },
      limits: { ...defaultSourceLimits, ...options.limits },
    })
  return {
    path: folder.path,
    origin: join(folder.path, 'origin'),
    backend,
    disposed: () => disposed,
    makeSource,
    async materialise(sha, source = makeSource(), { name = 'job', ref = 'main', owner = null } = {}) {
      const request = makeRequest({ ref, sha })
      const workspace = join(folder.path, name, 'workspace')
      const repository = join(folder.path, name, 'repository.git')
      const base = await source.materialise(request, { workspace, repository, owner }, AbortSignal.timeout(50_000))
      return { ...base, workspace, repository, request }
    },
    async [Symbol.asyncDispose]() {
      await backend[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}
