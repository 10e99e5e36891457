import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { changeSchema, summaryFileSchema } from '../../worker/handover/manifest.ts'
import { portOf } from '../broker/broker-world.ts'
import { expectGood, labelled, repositoryWith } from './asked.ts'
import { powersOf, type Runner } from './runner.ts'

const program = 'test/fixtures/inside/hunt-runner.pl'
export const setupSecret = 'c4n4ry-of-a-setup-secret-51d0'
export const modelKey = 'c4n4ry-of-a-model-key-77aa'

/** Each power of the runner's, and what a hunter calls it. */
export const powers: readonly (readonly [string, string])[] = [
  ['GITHUB_TOKEN, and any token that GitHub mints', 'token'],
  ['the token of its services', 'runtime token'],
  ['the cache', 'cache'],
  ['OIDC', 'OIDC'],
  ['the key of a model', 'model key'],
  ['a secret of setup', 'setup secret'],
  ['its files for commands', 'files for commands'],
  ['the event', 'event'],
  ['its tool cache', 'tool cache'],
  ["Docker's socket", 'Engine'],
  ['sudo', 'sudo'],
  ['its network, also where that ends at the runner itself', 'network'],
]

export interface Hunt {
  /** What the agent found. */
  readonly inside: readonly string[]
  /** What the same program finds that runs as a step of the runner's would: the control. */
  readonly outside: readonly string[]
  readonly log: string
  /** The runner's file of variables for later steps, before and after the control wrote to it. */
  readonly planted: readonly [string, string]
  /** The class of sandbox that the agent had. */
  readonly isolation: string | undefined
}

/** The job that works, with a hostile agent. `socket` is an Engine's. */
export async function hunt(
  runner: Runner,
  { keys = '', socket, env: more = {}, isOrdinary = false }: HuntSpec,
): Promise<Hunt> {
  await using listener = await listenNearby()
  const port = String(listener.port)
  const command = ['perl', 'hunt.pl', 'found.txt', runner.root, socket, port]
  const setup = `setup: { run: ['test -n "$NPM_TOKEN"'], secrets: [NPM_TOKEN] }`
  const policy = `agent: command\ncommand: ${JSON.stringify(command)}\n${setup}\n${keys}`
  const repository = await repositoryWith(runner, 'hostile', policy, {
    'hunt.pl': readFileSync(program, 'utf8'),
  })
  const { delivery } = await labelled(runner, repository)
  const env = { ...powersOf(runner.root), ANTHROPIC_API_KEY: modelKey, DOCKER_HOST: `unix://${socket}`, ...more }
  const inputs = { setup_secrets: `NPM_TOKEN=${setupSecret}` }
  const ended = await runner.run('work', { repository, delivery, env, inputs, isOrdinary })
  expectGood(ended)
  const [job = ''] = (await readdir(runner.root)).filter((name) => name.startsWith('work-'))
  const variables = join(runner.root, job, 'GITHUB_ENV')
  const before = await readFile(variables, 'utf8')
  const handedOver = (name: string) => readFile(join(runner.artifact('handover'), name), 'utf8')
  const { report, outcome, lastOutput } = summaryFileSchema.parse(JSON.parse(await handedOver('summary.json')))
  if (outcome.outcome !== 'published') throw new Error(`the hunt ended with ${JSON.stringify(outcome)}: ${lastOutput}`)
  const change = changeSchema.parse(JSON.parse(await handedOver('change.json')))
  const found = change.files.find(({ path }) => path === 'found.txt')?.after?.content ?? ''

  const control = join(runner.root, 'control.txt')
  const stepEnv = { PATH: process.env.PATH ?? '', ...env, GITHUB_TOKEN: 'c4n4ry-of-the-token', NPM_TOKEN: setupSecret }
  execFileSync('perl', [program, control, runner.root, socket, port], { env: stepEnv })
  return {
    inside: Buffer.from(found, 'base64').toString().split('\n'),
    outside: (await readFile(control, 'utf8')).split('\n'),
    log: ended.log,
    planted: [before, await readFile(variables, 'utf8')],
    isolation: report.posture?.isolation,
  }
}

/** On the runner's loopback. */
async function listenNearby(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: portOf(server),
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}

interface HuntSpec {
  /** More of the policy. */
  readonly keys?: string
  readonly socket: string
  readonly env?: Readonly<Record<string, string>>
  readonly isOrdinary?: boolean
}
