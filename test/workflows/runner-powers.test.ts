import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeSchema } from '../../workflows/handover/manifest.ts'
import { expectGood, labelled, repositoryWith } from './asked.ts'
import { powersOf, type Runner, startRunner } from './runner.ts'

const hunter = readFileSync('test/fixtures/inside/hunt-runner.ts', 'utf8')
const setupSecret = 'c4n4ry-of-a-setup-secret-51d0'
const modelKey = 'c4n4ry-of-a-model-key-77aa'

let runner: Runner
let engine: Server
let powers: Record<string, string>
/** What the agent could read, and what the same program can read that runs as a step of the runner's would. */
let inside: string
let outside: string
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
  inside = Buffer.from(change.files.find(({ path }) => path === 'found.txt')?.after?.content ?? '', 'base64').toString()

  const control = join(runner.root, 'control.txt')
  const stepEnv = { PATH: process.env.PATH ?? '', ...env, GITHUB_TOKEN: 'c4n4ry-token', NPM_TOKEN: setupSecret }
  const argv = ['test/fixtures/inside/hunt-runner.ts', control, runner.root, socket]
  execFileSync(process.execPath, argv, { env: stepEnv })
  outside = await readFile(control, 'utf8')
}, 300_000)
afterAll(async () => {
  engine?.close()
  await runner?.[Symbol.asyncDispose]()
})

describe("the runner's own powers never get inside", () => {
  it('hunts in earnest: the agent ran, and wrote down what it saw', () => {
    expect(inside).toContain('AIRLOCK_TASK_FILE')
  })

  it.each([
    ['GITHUB_TOKEN, and any token that GitHub mints', /ghs_|c4n4ry-token/],
    ['the runtime token', /"ACTIONS_RUNTIME_TOKEN"/],
    ['the cache', /ACTIONS_CACHE_URL|ACTIONS_RESULTS_URL/],
    ['OIDC', /ACTIONS_ID_TOKEN_REQUEST_(?:TOKEN|URL)/],
    ['the key of a model', new RegExp(modelKey)],
    ['a secret of setup', new RegExp(setupSecret)],
    ["the runner's files for commands", /GITHUB_(?:ENV|OUTPUT|STEP_SUMMARY|STATE|PATH): /],
    ['the event', /event\.json: /],
    ['its tool cache', /toolcache\/tool: of the runner/],
    ["Docker's socket", /the Engine answers/],
    ['sudo', /root can be had by sudo/],
  ])('%s', (_what, power) => {
    expect(inside).not.toMatch(power)
    expect(outside).toMatch(power)
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
