import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ChangeSet } from '../../worker/contract/index.ts'
import { createSource, defaultSourceLimits } from '../../worker/git/create-source.ts'
import type { CollectBudget, CollectResult, KeptFiles, Source } from '../../worker/pipeline/ports/index.ts'
import { runCommand } from '../../worker/process/run-command.ts'
import { makeRequest } from './job-request.ts'
import { type Folder, makeFolder, makeOrigin, type OriginFile } from './origin.ts'

const budget: CollectBudget = { bytes: 1_000_000, files: 1000, fileBytes: 500_000, timeMs: 20_000 }

/** A repository on this machine, materialised, and the host's side of collecting from it. */
export interface LocalJob extends AsyncDisposable {
  readonly folder: Folder
  readonly origin: string
  readonly workspace: string
  readonly repository: string
  readonly sha: string
  readonly source: Source
  collect(options?: { kept?: KeptFiles; budget?: Partial<CollectBudget>; signal?: AbortSignal }): Promise<CollectResult>
  /** Puts the workspace back to what was materialised. */
  reset(): Promise<void>
  /** Writes into the workspace as an agent would. */
  write(path: string, content: string, mode?: number): Promise<void>
}

export async function startLocalJob(
  files: Readonly<Record<string, OriginFile>>,
  commit = (origin: string) => makeOrigin(origin, files),
): Promise<LocalJob> {
  const folder = await makeFolder()
  const origin = join(folder.path, 'origin')
  const sha = await commit(origin)
  const source = createSource({
    dataDir: join(folder.path, 'data'),
    git: 'git',
    cloneAccess: async () => ({ url: origin, token: null, dispose: async () => undefined }),
    limits: defaultSourceLimits,
  })
  const paths = {
    workspace: join(folder.path, 'workspace'),
    repository: join(folder.path, 'repository.git'),
    owner: null,
  }
  const request = makeRequest({ ref: 'main', sha })
  await source.materialise(request, paths, AbortSignal.timeout(30_000))
  const pristine = join(folder.path, 'pristine')
  const copy = (from: string, to: string) =>
    runCommand(['cp', '-a', from, to], { env: { PATH: process.env.PATH ?? '' } })
  await copy(paths.workspace, pristine)
  return {
    folder,
    origin,
    ...paths,
    sha,
    source,
    collect: (options = {}) =>
      source.collect(
        request,
        paths,
        options.kept ?? null,
        { ...budget, ...options.budget },
        options.signal ?? AbortSignal.timeout(50_000),
      ),
    async reset() {
      await rm(paths.workspace, { recursive: true, force: true })
      await copy(pristine, paths.workspace)
    },
    async write(path, content, mode) {
      const target = join(paths.workspace, path)
      await mkdir(join(target, '..'), { recursive: true })
      await writeFile(target, content)
      if (mode !== undefined) await chmod(target, mode)
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

/** The change set, or a failure that says what came instead. */
export function changesOf(result: CollectResult): ChangeSet {
  if (result.kind !== 'changes') throw new Error(`no changes but ${JSON.stringify(result)}`)
  return result.changeSet
}

/** `A path`, `M path`, `D path`, as git would say it. */
export function summaryOf(result: CollectResult): string[] {
  return changesOf(result).files.map(({ path, before, after }) => {
    if (before === null) return `A ${path}`
    return after === null ? `D ${path}` : `M ${path}`
  })
}
