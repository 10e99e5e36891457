import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { InstallableAgent } from '../../worker/agent/agent-adapter.ts'
import type { AgentEvent, AgentPlan } from '../../worker/pipeline/ports/index.ts'
import { spawnProcess } from '../../worker/process/spawn-process.ts'
import type { ModelServer } from '../model/start-model.ts'
import { installedAgent } from './installed-agent.ts'

export interface AgentRun {
  readonly exitCode: number | null
  readonly stdout: string
  readonly events: readonly AgentEvent[]
  /** Addresses of the network that any process of the run tried to reach, without repeats. */
  readonly dialled: readonly string[]
  /** The workspace's files after the run. */
  readonly file: (name: string) => Promise<string>
  readonly sink: string
}

export interface AgentRunOptions {
  readonly agent: InstallableAgent
  readonly model: Pick<ModelServer, 'url'>
  readonly key: string
  readonly modelName?: string
  /** Files of the workspace; they are told of a path outside of it, by which a test sees that something ran. */
  readonly workspace: (sink: string) => Readonly<Record<string, string>>
  readonly repositorySettings?: boolean
  /** Variables of the session's, as the sandbox would have them. */
  readonly env?: Readonly<Record<string, string>>
}

/** Runs an agent's real program against a model, in folders of its own, with every connection written down. */
export async function runAgent(options: AgentRunOptions, use: (run: AgentRun) => Promise<void>): Promise<void> {
  // Not below /tmp: Codex takes no home there.
  const root = await mkdtemp(join(homedir(), '.airlock-agent-run-'))
  const [home, workspace, trace, sink] = [
    join(root, 'home'),
    join(root, 'workspace'),
    join(root, 'trace'),
    join(root, 'sink'),
  ]
  try {
    await writeFiles(workspace, options.workspace(sink))
    const plan = await planFor(options, home, workspace)
    await writeFiles(home, Object.fromEntries(plan.files.map((file) => [file.path, file.content])))
    const child = spawnProcess(
      ['strace', '-f', '--seccomp-bpf', '-qq', '-e', 'trace=connect', '-o', trace, ...plan.argv],
      {
        cwd: workspace,
        env: { PATH: process.env.PATH ?? '', HOME: home, ...options.env, ...plan.env },
        stdio: ['pipe', 'pipe', 'ignore'],
      },
    )
    child.stdin?.end(plan.stdin)
    const [stdout, [exitCode]] = await Promise.all([child.stdout ? text(child.stdout) : '', once(child, 'close')])
    await use({
      exitCode,
      stdout,
      events: stdout.split('\n').flatMap((line) => options.agent.parseLine(line)),
      sink,
      dialled: dialledIn(await readFile(trace, 'utf8')),
      file: (name) => readFile(join(workspace, name), 'utf8'),
    })
  } finally {
    await rm(root, { recursive: true })
  }
}

async function planFor(options: AgentRunOptions, home: string, workspace: string): Promise<AgentPlan> {
  const { url } = options.model
  return options.agent.plan({
    home,
    toolDir: await installedAgent(options.agent),
    workspace,
    taskFile: join(home, 'task.md'),
    prompt: 'Your task: add() subtracts. Mend it.',
    gateway: { anthropic: url, openai: `${url}/v1`, gemini: url, key: options.key },
    model: options.modelName,
    repositorySettings: options.repositorySettings ?? false,
  })
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

function dialledIn(trace: string): string[] {
  const connects = trace.matchAll(/sin6?_port=htons\((\d+)\).*?"([0-9a-f.:]+)"/g)
  return [...new Set([...connects].map(([, port, address]) => `${address}:${port}`))]
}
