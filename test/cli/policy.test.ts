import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { policy } from '../../cli/commands/policy.ts'
import { operatorEnvironment } from '../e2e/operator-environment.ts'
import { createGitHubStandIn, type GitHubStandIn } from '../github/stand-in.ts'
import { runInProcess } from './run-in-process.ts'

let github: GitHubStandIn
let dataDir: string

beforeAll(async () => {
  github = await createGitHubStandIn({ openapi: true })
  dataDir = await mkdtemp(join(tmpdir(), 'airlock-policy-'))
})
afterAll(async () => {
  await github[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

const run = (args: readonly string[]) =>
  runInProcess(policy, args, { env: operatorEnvironment(github, dataDir), cwd: dataDir })

const create = (name: string, text: string) =>
  github.createRepository({ name, files: { 'README.md': 'a repository\n', '.github/airlock.yml': text } })

describe('airlock policy explain', () => {
  it('shows each value with the file and line that made it so', async () => {
    await github.createRepository({ name: '.github', files: { 'airlock.yml': 'agent: pi\nlimits: { minutes: 9 }\n' } })
    await create('widget', 'model: gpt-5\nlimits:\n  minutes: 20\n')

    const { status, stdout } = await run(['explain', 'acme/widget'])

    expect(status).toBe(0)
    expect(stdout).toMatch(/^limits\.minutes +9 {2}\(airlock\.yml of the organisation:2\)$/m)
    expect(stdout).toMatch(/^model +"gpt-5" {2}\(\.github\/airlock\.yml:1\)$/m)
    expect(stdout).toMatch(/^image +"host" {2}\(default\)$/m)
    const { stdout: json } = await run(['explain', 'acme/widget', '--json'])
    expect(JSON.parse(json)).toMatchObject({
      ok: true,
      values: expect.arrayContaining([expect.objectContaining({ key: 'agent', value: 'pi' })]),
    })
  })

  it('names the line of a policy that cannot be used', async () => {
    await create('broken', 'agent: pi\nlimits: { minuets: 20 }\n')

    const { status, stdout } = await run(['explain', 'acme/broken'])

    expect(status).toBe(1)
    expect(stdout).toContain('.github/airlock.yml:2: limits')
  })

  it('writes out what a terminal would obey', async () => {
    await create('escapes', 'gates: { protected: ["\\e]0;owned\\a", "docs/\\u202e"] }\n')

    const { stdout } = await run(['explain', 'acme/escapes'])

    expect(stdout).toContain('gates.protected')
    expect(stdout).not.toMatch(/[\u001b\u0007\u202e]/)
  })

  it('shows which line of the operator has an image in place of the dev container’s', async () => {
    const files = { '.devcontainer/devcontainer.json': '{ "image": "mcr.microsoft.com/devcontainers/rust:1" }' }
    await github.createRepository({ name: 'container', files })
    const operatorPolicy = join(dataDir, 'mapping.yml')
    await writeFile(operatorPolicy, 'devcontainer-images:\n  "mcr.microsoft.com/devcontainers/*": base\n')
    const env = { ...operatorEnvironment(github, dataDir), AIRLOCK_OPERATOR_POLICY: operatorPolicy }

    const { stdout } = await runInProcess(policy, ['explain', 'acme/container'], { env, cwd: dataDir })

    expect(stdout).toMatch(/^image +"base" {2}\(.*mapping\.yml:1 of the operator\)$/m)
  })

  it('shows what holds for a folder, as it lies there, without an App', async () => {
    const folder = join(dataDir, 'folder')
    await mkdir(join(folder, '.github'), { recursive: true })
    await writeFile(join(folder, '.github/airlock.yml'), 'agent: pi\nlimits: { minutes: 9 }\n')
    const operatorPolicy = join(dataDir, 'operator.yml')
    await writeFile(operatorPolicy, 'isolation:\n  rules:\n    - { topic: regulated, least: gvisor }\n')
    const env = { AIRLOCK_OPERATOR_POLICY: operatorPolicy }

    const { status, stdout } = await runInProcess(policy, ['explain', '--repo', 'folder'], { env, cwd: dataDir })

    expect(status).toBe(0)
    expect(stdout).toMatch(/^limits\.minutes +9 {2}\(\.github\/airlock\.yml:2\)$/m)
    expect(stdout).toMatch(/^isolation +"gvisor" {2}\(.*operator\.yml:3 of the operator\)$/m)
    await writeFile(join(folder, '.github/airlock.yml'), 'agnt: pi\n')
    const broken = await runInProcess(policy, ['explain', '--repo', 'folder'], { env, cwd: dataDir })
    expect(broken).toMatchObject({ status: 1, stdout: '.github/airlock.yml:1: agnt: unknown key\n' })
  })

  it('says so where the App is not installed', async () => {
    expect(await run(['explain', 'acme/nowhere'])).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('not installed on acme/nowhere'),
    })
  })

  it.each([
    [[]],
    [['explain']],
    [['explain', 'widget']],
    [['explain', 'acme/..']],
    [['explain', 'a/b/c']],
    [['explain', 'a/b', 'c/d']],
    [['show', 'a/b']],
  ])('refuses %j as a wrong call', async (args) => {
    await expect(run(args)).rejects.toMatchObject({ name: 'UsageError', right: 'airlock policy explain acme/widget' })
  })

  it('leaves no token alive', async () => {
    await create('tokens', 'agent: pi\n')
    await run(['explain', 'acme/tokens'])

    expect(github.tokens.minted.length).toBeGreaterThan(1)
    expect(github.tokens.live()).toEqual([])
  })
})
