/**
 * `npm run agents [-- NAME … | --isolation CLASS | --image NAME]`: tries each agent's real program in a whole local job, in its
 * sandbox and through the broker, with a scripted model at the other end, and prints a table of what was tried.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { toolEnvironment } from '../cli/wiring/run-npm.ts'
import { bugFiles, mendTheBug } from '../test/agent/bug-to-mend.ts'
import { startModel } from '../test/model/start-model.ts'
import type { InstallableAgent } from '../worker/agent/agent-adapter.ts'
import { adapters } from '../worker/agent/create-agents.ts'
import { jobReportSchema } from '../worker/contract/job-report.ts'
import { runCommand } from '../worker/process/run-command.ts'
import { spawnProcess } from '../worker/process/spawn-process.ts'
import { formatTable } from './reference/markdown.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const key = 'the-key-of-the-scripted-model-0123456789'
const env = toolEnvironment(process.env)

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { isolation: { type: 'string', default: 'process' }, image: { type: 'string' } },
})
const image = values.image ?? (values.isolation === 'process' ? 'host' : 'base')
const { command: _, ...programs } = adapters
const asked = Object.values(programs).filter(({ name }) => positionals.length === 0 || positionals.includes(name))
const rows: string[][] = []
for (const agent of asked) {
  process.stderr.write(`${agent.name} …\n`)
  rows.push(await tryAgent(agent))
}
process.stdout.write(
  `${formatTable(['agent', 'version', 'class', 'image', 'outcome', 'requests to the model', 'agent step'], rows)}\n`,
)

async function tryAgent({ name, install }: InstallableAgent): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'try-agent-'))
  try {
    await using model = await startModel({ script: mendTheBug, apiKey: key })
    await makeRepository(join(folder, 'repository'))
    await writeFile(join(folder, 'policy.yml'), `image: ${image}\n`)
    const report = jobReportSchema.parse(JSON.parse(await runJob(folder, name, model.url)))
    const seconds = ((report.durations.agent ?? 0) / 1000).toFixed(1)
    const ended = `${report.outcome}: ${report.reason}`
    return [name, install?.version ?? '', values.isolation, image, ended, String(model.requests.length), `${seconds} s`]
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function makeRepository(folder: string): Promise<void> {
  await mkdir(folder)
  for (const [path, content] of Object.entries(bugFiles)) await writeFile(join(folder, path), content)
  const git = (...args: string[]) =>
    runCommand(['git', '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: folder, env })
  await git('init', '--quiet', '--initial-branch=main')
  await git('add', '.')
  await git('commit', '--quiet', '--message=A bug')
}

/** What it prints with `--json`, whatever it ended with. */
async function runJob(folder: string, agent: string, url: string): Promise<string> {
  const repository = join(folder, 'repository')
  const { AIRLOCK_CONTAINER_SOCKET: socket } = process.env
  const settings = {
    AIRLOCK_DATA_DIR: join(root, '.airlock'),
    ...(socket === undefined ? {} : { AIRLOCK_CONTAINER_SOCKET: socket }),
    ...{ ANTHROPIC_API_KEY: key, OPENAI_API_KEY: key, GEMINI_API_KEY: key },
    ...{ ANTHROPIC_BASE_URL: url, OPENAI_BASE_URL: `${url}/v1`, GOOGLE_GEMINI_BASE_URL: url },
  }
  const task = ['--repo', repository, '--task', 'add() subtracts. Mend it.', '--agent', agent, '--json']
  const place = ['--isolation', values.isolation, '--policy', join(folder, 'policy.yml')]
  const argv = [process.execPath, join(root, 'cli/airlock.ts'), 'run', ...task, ...place]
  const child = spawnProcess(argv, {
    cwd: repository,
    env: { ...env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return child.stdout === null ? '' : text(child.stdout)
}
