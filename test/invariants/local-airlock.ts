import { readdir, readFile, rm, rmdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { wording } from '../../app/replies/wording.ts'
import { defaultOperatorPolicy, type OperatorPolicy } from '../../app/repo-policy/operator/operator-policy.ts'
import { createLocalPorts } from '../../cli/run/local-ports.ts'
import { createLocalRequest } from '../../cli/run/local-request.ts'
import { soleAttempt } from '../../cli/run/sole-attempt.ts'
import { type CorePorts, createCore } from '../../cli/wiring/create-core.ts'
import { type DataFolders, prepareDataFolders } from '../../cli/wiring/data-folders.ts'
import type { Isolation, JobRequest, JobSummary } from '../../worker/contract/index.ts'
import type { PipelinePorts } from '../../worker/pipeline/job.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { makeOrigin, type OriginFile, plainGit, writeTree } from '../git/origin.ts'
import { linkKeptPostures } from '../kept-postures.ts'
import { makeShortFolder } from './short-folder.ts'

/** One hostile, or harmless, run. */
export interface LocalJob {
  /** The agent: any command, in the workspace. By default what the policy says. */
  readonly command?: readonly string[]
  /** Added to the policy's own; JSON is YAML. */
  readonly policy?: Readonly<Record<string, unknown>>
  /** Of the base commit, beside the programs of test/fixtures/inside in `tools/`. */
  readonly files?: Readonly<Record<string, OriginFile>>
  readonly secrets?: Readonly<Record<string, string>>
  readonly isolation?: Isolation
  readonly operatorPolicy?: OperatorPolicy
  readonly task?: string
  readonly signal?: AbortSignal
  /** That of an earlier run, as it is by then; no file is added. */
  readonly repository?: string
  /** Parts that are replaced. */
  readonly ports?: Partial<PipelinePorts>
}

export interface LocalEnd {
  readonly request: JobRequest
  readonly summary: JobSummary
  /** `outcome/reason`. */
  readonly end: string
  /** The repository on the host. */
  readonly repository: string
  readonly branches: readonly string[]
  /** A file of the branch that was made. Throws where there is none. */
  read(path: string): Promise<string>
}

export interface LocalAirlock extends AsyncDisposable {
  readonly folders: DataFolders
  readonly core: CorePorts
  /** Where the sockets of brokers are made. */
  readonly sockets: string
  run(job: LocalJob): Promise<LocalEnd>
}

export interface LocalAirlockOptions {
  /** What the operator's npm is configured to use: the one host on loopback that a policy may name, as `npm`. */
  readonly registry?: string
  /** Where built images are; absolute. Left out: there is `host` alone. */
  readonly images?: string
  /** The operator's settings, such as a model provider's key. */
  readonly settings?: Parameters<typeof createCore>[0]
}

const inside = new URL('../fixtures/inside/', import.meta.url)

/** All of `airlock run` but its command line: real git, broker, sandboxes, gates and folders, made once for many runs. */
export async function startLocalAirlock(options: LocalAirlockOptions = {}): Promise<LocalAirlock> {
  const root = await makeShortFolder()
  await linkKeptPostures(join(root, 'data'))
  const folders = await prepareDataFolders(join(root, 'data'))
  if (options.images !== undefined) {
    await rmdir(folders.images)
    await symlink(options.images, folders.images)
  }
  const home = join(root, 'home')
  const sockets = join(root, 'sockets')
  await writeTree(root, {
    'home/.npmrc': `registry=${options.registry ?? 'http://127.0.0.1:9/'}\n`,
    'sockets/.keep': '',
  })
  const env = { PATH: process.env.PATH ?? '', HOME: home }
  const core = await createCore(options.settings ?? {}, env, folders, { socketDir: sockets })
  const tools = await readTools()
  let count = 0

  return {
    folders,
    core,
    sockets,
    async run(job) {
      count += 1
      const repository = job.repository ?? join(root, `repository-${count}`)
      const secretsDir = join(root, `secrets-${count}`)
      const policy = JSON.stringify(job.policy ?? {})
      const sha =
        job.repository === undefined
          ? await makeOrigin(repository, { 'README.md': 'a repository\n', ...tools, ...job.files })
          : await plainGit(['-C', repository, 'rev-parse', 'main'])
      await writeTree(secretsDir, { '.keep': '', ...job.secrets })
      const request = requestOf(repository, sha, policy, job)
      const reporter = { progress: async () => {}, finished: async () => {} }
      const ports = { ...createLocalPorts({ core, folders, repository, secretsDir, reporter }), wording, ...job.ports }
      const attempt = soleAttempt(job.signal ?? new AbortController().signal)
      const summary = await runJob(request, attempt, ports)
      return describe(request, summary, repository)
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}

function requestOf(repository: string, sha: string, policy: string, job: LocalJob): JobRequest {
  const created = createLocalRequest({
    repository,
    base: { ref: 'main', sha },
    defaultBranch: 'main',
    task: job.task ?? 'Do what you want',
    policy: { name: '.github/airlock.yml', written: { kind: 'text', text: policy } },
    agent: null,
    command: job.command ?? null,
    isolation: job.isolation ?? null,
    operatorPolicy: job.operatorPolicy ?? defaultOperatorPolicy,
    now: Date.now(),
  })
  if (!created.ok) throw new Error(`not a policy: ${JSON.stringify(created.problems)}`)
  return created.request
}

async function describe(request: JobRequest, summary: JobSummary, repository: string): Promise<LocalEnd> {
  const refs = await plainGit(['-C', repository, 'for-each-ref', '--format=%(refname:short)'])
  return {
    request,
    summary,
    end: `${summary.outcome.outcome}/${summary.outcome.reason}`,
    repository,
    branches: refs.split('\n'),
    read: (path) => plainGit(['-C', repository, 'show', `${summary.report.branch}:${path}`]),
  }
}

/** Programs that run inside a sandbox, as files of a repository. */
export async function readTools(): Promise<Record<string, string>> {
  const names = await readdir(inside)
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, inside), 'utf8')))
  return Object.fromEntries(names.map((name, index) => [`tools/${name}`, texts[index] ?? '']))
}
