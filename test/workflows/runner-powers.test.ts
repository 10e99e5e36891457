import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeSchema } from '../../worker/handover/manifest.ts'
import { expectGood, labelled, repositoryWith } from './asked.ts'
import { powersOf, type Runner, startRunner } from './runner.ts'

const hunter = readFileSync('test/fixtures/inside/hunt-runner.ts', 'utf8')
const setupSecret = 'c4n4ry-of-a-setup-secret-51d0'
const modelKey = 'c4n4ry-of-a-model-key-77aa'

let runner: Runner
let engine: Server
let powers: Record<string, string>
/** What the agent found, and what the same program finds that runs as a step of the runner's would. */
let inside: readonly string[]
let outside: readonly string[]
let log: string
let planted: string

beforeAll(async () => {
  runner = await startRunner()
  powers = powersOf(runner.root)
  const socket = join(runner.root, 'docker.sock')
  engine = createServer((client) => client.end()).listen(socket)
  const command = ['node', 'hunt.ts', 'found.txt', runner.root, socket]
  const policy = `agent: command\ncommand: ${JSON.stringify(command)}\nsetup: { run: ['test -n "$NPM_TOKEN"'], secrets: [NPM_TOKEN] }\n`
  const repository = await repositoryWith(runner, 'hostile', policy, { 'hunt.ts': hunter })
  const { delivery } = await labelled(runner, repository)
  const env = { ...powers, ANTHROPIC_API_KEY: modelKey, DOCKER_HOST: `unix://${socket}` }
  const inputs = { setup_secrets: `NPM_TOKEN=${setupSecret}` }
  const ended = await runner.run('work', { repository, delivery, env, inputs })
  expectGood(ended)
  log = ended.log
  const [job = ''] = (await readdir(runner.root)).filter((name) => name.startsWith('work-'))
  planted = await readFile(join(runner.root, job, 'GITHUB_ENV'), 'utf8')
  const change = changeSchema.parse(
    JSON.parse(await readFile(join(runner.artifact('handover'), 'change.json'), 'utf8')),
  )
  const found = change.files.find(({ path }) => path === 'found.txt')?.after?.content ?? ''
  inside = Buffer.from(found, 'base64').toString().split('\n')

  const control = join(runner.root, 'control.txt')
  const stepEnv = { PATH: process.env.PATH ?? '', ...env, GITHUB_TOKEN: 'c4n4ry-of-the-token', NPM_TOKEN: setupSecret }
  const argv = ['test/fixtures/inside/hunt-runner.ts', control, runner.root, socket]
  execFileSync(process.execPath, argv, { env: stepEnv })
  outside = (await readFile(control, 'utf8')).split('\n')
}, 600_000)
afterAll(async () => {
  engine?.close()
  await runner?.[Symbol.asyncDispose]()
})

describe("the runner's own powers never get inside", () => {
  it('hunts in earnest: the agent ran, and wrote down what it saw', () => {
    expect(inside).toContain('own task')
  })

  it.each([
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
  ])('%s', (_what, power) => {
    expect(inside).not.toContain(power)
    expect(outside).toContain(power)
  })

  it('and no line gets into a file for commands, where the same line does from a step', async () => {
    expect(planted).toBe('')
    const [job = ''] = (await readdir(runner.root)).filter((name) => name.startsWith('work-'))
    expect(await readFile(join(runner.root, job, 'GITHUB_ENV'), 'utf8')).toContain('PLANTED=1')
  })

  it('and each secret is masked in the log before anything runs', () => {
    expect(log).toContain(`::add-mask::${setupSecret}`)
    expect(log).toContain(`::add-mask::${modelKey}`)
    expect(log.split('::add-mask::')[0]).not.toContain(setupSecret)
  })
})
