import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../../worker/process/run-command.ts'
import { createGitHubStandIn, type GitHubStandIn } from '../github/stand-in.ts'
import type { Permissions, Repository } from '../github/state/entities.ts'
import type { Delivery } from '../github/webhooks/deliveries.ts'
import { asOrdinaryUser } from '../sandbox/battery/as-ordinary-user.ts'

const nobody = '65534:65534'
const entry = fileURLToPath(new URL('../../workflows/main.ts', import.meta.url))

/** What the two jobs of workflows/airlock.yml are granted. */
export const granted = {
  work: { contents: 'read', metadata: 'read' },
  publish: { contents: 'write', pull_requests: 'write', issues: 'write', metadata: 'read' },
} as const satisfies Readonly<Record<string, Permissions>>

/** One job of a run, as it ended. */
export interface Ended {
  readonly code: number | null
  readonly log: string
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
}

export interface JobSpec {
  readonly repository: Repository
  /** What a person did: its payload is the run's. */
  readonly delivery: Delivery
  readonly inputs?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly runId?: number
  /** Not root, as on GitHub's own runners. */
  readonly isOrdinary?: boolean
}

export interface Runner extends AsyncDisposable {
  readonly github: GitHubStandIn
  readonly root: string
  /** Where artifacts of this name are, as if they were uploaded and downloaded. */
  artifact(name: string): string
  /** Runs a step that comes before the job's own work, without token or event. */
  step(name: 'set-up' | 'image', spec: StartSpec): Promise<Ended>
  /** Runs a job as a runner would: environment, files for commands, event, and a token with what the job was granted. */
  run(job: 'work' | 'publish', spec: JobSpec): Promise<Ended>
}

/** The variables by which a runner gives its own powers to steps. */
export function powersOf(root: string): Record<string, string> {
  return {
    ACTIONS_RUNTIME_TOKEN: `runtime-${randomUUID()}`,
    ACTIONS_RUNTIME_URL: 'https://pipelines.example.invalid/',
    ACTIONS_RESULTS_URL: 'https://results.example.invalid/',
    ACTIONS_CACHE_URL: 'https://cache.example.invalid/',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: `oidc-${randomUUID()}`,
    ACTIONS_ID_TOKEN_REQUEST_URL: 'https://oidc.example.invalid/',
    RUNNER_TOOL_CACHE: join(root, 'toolcache'),
  }
}

const files = ['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY', 'GITHUB_STATE', 'GITHUB_ENV', 'GITHUB_PATH'] as const

export async function startRunner(): Promise<Runner> {
  await using stack = new AsyncDisposableStack()
  // The one App whose bot GitHub calls so is GitHub Actions itself.
  const github = stack.use(await createGitHubStandIn({ openapi: true, app: { slug: 'github-actions' } }))
  const root = await mkdtemp('/tmp/airlock-runner-')
  stack.defer(() => rm(root, { recursive: true, force: true }))
  const owned = stack.move()
  const powers = powersOf(root)
  await mkdir(join(root, 'toolcache'))
  await writeFile(join(root, 'toolcache', 'tool'), 'of the runner')

  return {
    github,
    root,
    artifact: (name) => join(root, 'artifacts', name),
    async run(job, { repository, delivery, inputs = {}, env = {}, runId = 77, isOrdinary = false }) {
      const { installation: _, ...payload } = delivery.payload
      const event = { name: delivery.event, payload, actor: 'ada', triggeringActor: 'ada' }
      return runStep({
        ...{ github, root, job, repository, event, run: { id: runId, attempt: 1 }, permissions: granted[job] },
        inputs: {
          ...{ organisation_policy: 'none', handover: join(root, 'artifacts', 'handover') },
          ...{ report: join(root, 'artifacts', `report-${job}`), ...inputs },
        },
        env: { ...powers, ...env },
        isOrdinary,
      })
    },
    async step(name, { inputs, env, isOrdinary = false }) {
      const folder = await openFolder(root, name)
      return start({
        root,
        folder,
        job: name,
        env: { ...folder.env, ...powers, ...asInputs(inputs), ...env },
        isOrdinary,
      })
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export interface StartSpec {
  readonly inputs: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
  readonly isOrdinary?: boolean
}

export interface StepSpec {
  readonly github: GitHubStandIn
  /** Where its folder is made. */
  readonly root: string
  readonly job: string
  readonly repository: Repository
  readonly event: {
    readonly name: string
    readonly payload: unknown
    readonly actor: string
    readonly triggeringActor: string
  }
  readonly run: { readonly id: number; readonly attempt: number }
  readonly permissions: Permissions
  readonly inputs: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly isOrdinary?: boolean
}

/** Our program as the step of a job: environment, files for commands, event, and a token with what the job was granted. */
export async function runStep(spec: StepSpec): Promise<Ended> {
  const { github, root, job, repository, event, run, permissions, signal, isOrdinary = false } = spec
  const folder = await openFolder(root, job)
  await writeFile(join(folder.path, 'event.json'), JSON.stringify(event.payload))
  const { installation } = repository
  if (installation === undefined) throw new Error('the stand-in has no installation there')
  const { token } = github.tokens.mint({ installation, repositories: [repository], permissions })
  const env = {
    ...folder.env,
    GITHUB_TOKEN: token,
    GITHUB_API_URL: `${github.url}/api/v3`,
    GITHUB_SERVER_URL: github.url,
    GITHUB_REPOSITORY: `${repository.owner.login}/${repository.name}`,
    GITHUB_ACTOR: event.actor,
    GITHUB_TRIGGERING_ACTOR: event.triggeringActor,
    GITHUB_EVENT_NAME: event.name,
    GITHUB_EVENT_PATH: join(folder.path, 'event.json'),
    GITHUB_RUN_ID: String(run.id),
    GITHUB_RUN_ATTEMPT: String(run.attempt),
    INPUT_TOKEN: token,
    ...asInputs(spec.inputs),
    ...spec.env,
  }
  try {
    return await start({ root, folder, job, env, isOrdinary, signal })
  } finally {
    for (const minted of github.tokens.live()) if (minted.token === token) github.tokens.revoke(minted)
  }
}

interface StepFolder {
  readonly path: string
  /** What every step is given, with its files for commands. */
  readonly env: Readonly<Record<string, string>>
}

async function openFolder(root: string, job: string): Promise<StepFolder> {
  const path = await mkdtemp(join(root, `${job}-`))
  const paths = Object.fromEntries(files.map((name) => [name, join(path, name)]))
  for (const file of Object.values(paths)) await writeFile(file, '')
  const machine = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/root', GITHUB_ACTIONS: 'true' }
  // No image of the machine's that the test runs on.
  return { path, env: { ...machine, ...paths, RUNNER_TEMP: path, AIRLOCK_DATA_DIR: join(path, 'none') } }
}

function asInputs(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]))
}

interface Start {
  readonly root: string
  readonly folder: StepFolder
  readonly job: string
  readonly env: Readonly<Record<string, string>>
  readonly isOrdinary: boolean
  readonly signal?: AbortSignal | undefined
}

async function start({ root, folder, job, env, isOrdinary, signal }: Start): Promise<Ended> {
  if (!isOrdinary) return spawnProgram([process.execPath, entry, job], env, folder.path, signal)
  await runCommand(['chown', '-R', nobody, root], { env: {} })
  const argv = await asOrdinaryUser('workflows/main.ts', [job])
  return spawnProgram(argv, { ...env, HOME: folder.path }, folder.path, signal)
}

async function spawnProgram(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<Ended> {
  const [program = '', ...args] = argv
  // The folder that the tests run in may be closed to an ordinary user.
  const child = spawn(program, args, { env, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] })
  const stop = () => void child.kill('SIGTERM')
  signal?.addEventListener('abort', stop)
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text
    })
  }
  await once(child, 'close')
  const [outputs, summary] = await Promise.all([
    readFile(join(folder, 'GITHUB_OUTPUT'), 'utf8'),
    readFile(join(folder, 'GITHUB_STEP_SUMMARY'), 'utf8'),
  ])
  return { code: child.exitCode, log, outputs: parseOutputs(outputs), summary }
}

/** `name<<DELIMITER`, the value's lines, and the delimiter again. */
function parseOutputs(text: string): Record<string, string> {
  const found = text.matchAll(/^(.+?)<<(\S+)\r?\n([\s\S]*?)\r?\n\2$/gm)
  return Object.fromEntries([...found].map(([, name = '', , value = '']) => [name, value]))
}
