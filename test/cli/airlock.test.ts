import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commands } from '../../cli/commands/index.ts'
import { compileCache } from '../compile-cache.ts'
import { linkKeptPostures } from '../kept-postures.ts'
import { callInProcess } from './run-in-process.ts'

const entry = fileURLToPath(new URL('../../cli/airlock.ts', import.meta.url))
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'airlock-cli-'))
  await linkKeptPostures(join(folder, 'data'))
  git('init', '--quiet', '--initial-branch=main', '.')
  writeFileSync(join(folder, 'a.txt'), 'one\n')
  git('add', '.')
  git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message=one')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function git(...args: string[]): string {
  return spawnSync('git', ['-C', folder, ...args], { encoding: 'utf8' }).stdout.trim()
}

const environment = () => ({ PATH: process.env.PATH ?? '', HOME: folder, AIRLOCK_DATA_DIR: join(folder, 'data') })

/** In this process: a start of its own would take most of the time. */
function airlock(...args: string[]) {
  return callInProcess(args, { env: environment(), cwd: folder })
}

/** As a program of its own. */
function startAirlock(...args: string[]) {
  const env = { ...environment(), ...compileCache }
  return spawn(process.execPath, [entry, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Other programs rely on each of these, however a run ended. */
const reportKeys = [
  ...['id', 'outcome', 'reason', 'branch', 'baseSha', 'commit', 'pullRequest', 'findings', 'posture', 'egress'],
  ...['network', 'usage', 'durations', 'audit'],
]

describe('airlock', () => {
  it('lists its commands, and each has help with an example', async () => {
    const { status, stdout } = await airlock('--help')
    expect(status).toBe(0)
    for (const [name, entry] of commands) {
      const command = await entry.load()
      expect(stdout).toContain(entry.summary)
      expect(command.help, name).toContain(`airlock ${name}`)
      expect(command.help, name).toContain('example')
      expect(command.help, name).toContain('exit status')
    }
  })

  it.each([
    [['frobnicate'], 'there is no command frobnicate'],
    [['run'], '--repo is missing'],
    [['run', '--repo', '.', '--nope'], 'nope'],
    [['run', '--repo', '.'], 'one of --task and --task-file is needed'],
    [['run', '--repo', 'nowhere', '--task', 'x'], 'there is no folder nowhere'],
    [
      ['run', '--repo', '.', '--task', 'x', '--isolation', 'paper'],
      '--isolation takes process, container, gvisor, microvm',
    ],
    [['run', '--repo', '.', '--task', 'x', '--agent', 'pi', '--', 'true'], 'exclude each other'],
    [['run', '--repo', '.', '--task', 'x', '--base', 'gone', '--', 'true'], 'gone names no commit'],
    [['run', '--repo', 'https://example.com/x.git', '--task', 'x'], 'a URL needs --out'],
    [['audit', 'verify', 'nowhere.jsonl'], 'there is no file nowhere.jsonl'],
    [['demo', '--agent', 'nobody'], '--agent takes'],
    [['sandboxes'], 'a verb is needed'],
    [['sandboxes', 'kill'], 'kill takes the id of one sandbox'],
    [['sandboxes', 'burn', 'all'], 'cannot burn all'],
    [['doctor', 'quick'], 'quick belongs to no option'],
    [['serve', 'now'], 'now belongs to no option'],
    [['work', 'now'], 'now belongs to no option'],
    [['up', 'now'], 'now belongs to no option'],
    [['audit', 'verify', '.'], 'there is no file .'],
    [['audit', 'burn', 'a.txt'], 'there is no verb burn'],
    [['run', '--repo', 'a.txt', '--task', 'x'], 'there is no folder a.txt'],
    [['run', '--repo', '.', '--task', ' '], 'the task is empty'],
    [['run', '--repo', '.', '--task-file', 'gone.md'], "gone.md can't be read (ENOENT)"],
    [['run', '--repo', '.', '--task', 'x', '--policy', 'gone.yml'], "gone.yml can't be read (ENOENT)"],
    [['run', '--repo', '.', '--task', 'x', '--secrets-dir', 'a.txt'], 'there is no folder a.txt'],
    [['run', '--repo', '.', '--task', 'x', '--out', 'a.txt'], "a.txt can't be written to (EEXIST)"],
    [['run', '--repo', 'https://127.0.0.1:9/x.git', '--out', 'cloned', '--task', 'x'], "x.git can't be cloned: fatal"],
  ] as const)('exits 2 on %j and shows a line that would be right', async (args, what) => {
    const result = await airlock(...args)

    expect(result.stderr).toContain(what)
    expect(result.stderr).toContain('right would be: airlock ')
    expect(result.status).toBe(2)
  })

  it('exits 2 with all settings that are missing', async () => {
    const result = await airlock('serve')

    expect(result.status).toBe(2)
    for (const name of ['APP_ID', 'PRIVATE_KEY', 'WEBHOOK_SECRET', 'REDIS_URL'])
      expect(result.stderr).toContain(`${name} is missing`)
  })

  it('names the first bad line of a record that was changed, and exits 1', async () => {
    const { audit } = JSON.parse((await airlock('run', '--repo', '.', '--task', 'x', '--json', '--', 'true')).stdout)
    const lines = readFileSync(audit, 'utf8').split('\n')
    writeFileSync(join(folder, 'changed.jsonl'), lines.with(2, (lines[2] ?? '').replace('data', 'date')).join('\n'))

    const changed = await airlock('audit', 'verify', 'changed.jsonl')
    const json = await airlock('audit', 'verify', 'changed.jsonl', '--json')
    const exported = await airlock('audit', 'export', 'changed.jsonl')

    expect(changed.stdout).toMatch(/^line 3 /)
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, line: 3 })
    expect(exported.stdout).toMatch(/^line 3 /)
    expect([changed.status, json.status, exported.status]).toEqual([1, 1, 1])
    expect((await airlock('audit', 'show', audit)).stdout).toContain('"outcome":"no-changes"')
    expect(JSON.parse((await airlock('audit', 'export', audit)).stdout).entries).toHaveLength(lines.length - 1)
  })

  it('makes a branch from what a command changed, and prints one object', async () => {
    const child = startAirlock(
      'run',
      '--repo',
      '.',
      '--task',
      'say two',
      '--json',
      '--',
      'sh',
      '-c',
      'echo two > a.txt',
    )
    const exited = once(child, 'exit')

    const report = JSON.parse(await text(child.stdout))
    expect(report).toMatchObject({
      outcome: 'published',
      reason: 'branch-created',
      findings: [],
      baseSha: git('rev-parse', 'main'),
    })
    expect(Object.keys(report)).toEqual(reportKeys)
    expect(git('show', `${report.branch}:a.txt`)).toBe('two')
    expect(git('rev-parse', report.branch)).toBe(report.commit)
    expect((await airlock('audit', 'verify', report.audit)).status).toBe(0)
    expect(await exited).toEqual([0, null])
  })

  it('writes what a program or a reviewer wants into --out', async () => {
    const result = await airlock(
      'run',
      '--repo',
      '.',
      '--task',
      'say three',
      '--out',
      'out',
      '--',
      'sh',
      '-c',
      'echo three > a.txt',
    )

    expect(result.status).toBe(0)
    const files = spawnSync('ls', [join(folder, 'out')], { encoding: 'utf8' })
      .stdout.trim()
      .split('\n')
    expect(files).toEqual(['audit.jsonl', 'change.patch', 'pull-request.md', 'report.json'])
    expect(spawnSync('cat', [join(folder, 'out', 'change.patch')], { encoding: 'utf8' }).stdout).toContain('+three')
  })

  it('says what setup would run and why, and runs nothing', async () => {
    writeFileSync(join(folder, 'package.json'), '{"name":"a","version":"1.0.0"}')
    writeFileSync(join(folder, 'package-lock.json'), '{"name":"a","version":"1.0.0","lockfileVersion":3,"packages":{}}')
    git('add', 'package.json', 'package-lock.json')
    git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message=locked')

    const told = await airlock('run', '--repo', '.', '--explain')
    const json = await airlock('run', '--repo', '.', '--explain', '--json')

    expect(told.stdout).toContain('npm ci  (package-lock.json)')
    expect(JSON.parse(json.stdout)).toMatchObject({ source: 'lockfiles', commands: [{ line: 'npm ci' }] })
    expect([told.status, json.status]).toEqual([0, 0])
    git('rm', '--quiet', 'package.json', 'package-lock.json')
    git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message=unlocked')
  })

  it.each([
    ['true', 0, 'no-changes'],
    ['exit 7', 1, 'failed'],
    ['mkdir -p .husky && echo evil > .husky/pre-commit', 3, 'blocked'],
  ])('ends `%s` with exit status %i', async (script, status, outcome) => {
    const result = await airlock('run', '--repo', '.', '--task', 'x', '--json', '--', 'sh', '-c', script)

    expect(JSON.parse(result.stdout).outcome).toBe(outcome)
    expect(result.status).toBe(status)
  })

  it('refuses a policy with an unknown key by file, line and name, and runs nothing', async () => {
    writeFileSync(join(folder, 'policy.yml'), 'agent: pi\nagnet: pi\n')

    const result = await airlock(
      'run',
      '--repo',
      '.',
      '--task',
      'x',
      '--policy',
      'policy.yml',
      '--',
      'sh',
      '-c',
      'echo x > ran.txt',
    )

    expect(result.stderr).toMatch(/policy\.yml:2:.*agnet/)
    expect(result.status).toBe(4)
  })

  it('prints one object also where the policy is refused, with a record of it', async () => {
    writeFileSync(join(folder, 'policy.yml'), 'agnet: pi\n')

    const call = ['run', '--repo', '.', '--task', 'x', '--policy', 'policy.yml', '--json', '--', 'true']
    const { stdout, status } = await airlock(...call)

    const report = JSON.parse(stdout)
    expect(Object.keys(report)).toEqual(reportKeys)
    expect(report).toMatchObject({ outcome: 'refused', reason: 'policy-invalid', baseSha: git('rev-parse', 'main') })
    expect((await airlock('audit', 'verify', report.audit)).status).toBe(0)
    expect((await airlock('audit', 'show', report.audit)).stdout).toContain('agnet: unknown key')
    expect(status).toBe(4)
  })

  it('refuses a policy of the base commit that cannot be read, where it would else take none', async () => {
    const large = `# ${'x'.repeat(1024 * 1024)}\n`
    mkdirSync(join(folder, '.github'))
    writeFileSync(join(folder, '.github/airlock.yml'), large)
    git('checkout', '--quiet', '-b', 'large')
    git('add', '.github')
    git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message=large')
    git('checkout', '--quiet', 'main')

    const refused = await airlock('run', '--repo', '.', '--base', 'large', '--task', 'x', '--', 'true')
    const control = await airlock('run', '--repo', '.', '--base', 'main', '--task', 'x', '--', 'true')

    expect(refused.stderr).toContain('.github/airlock.yml: is larger than')
    expect([refused.status, control.status]).toEqual([4, 0])
  })

  it('ends with 5 and one object when it is told to stop, and leaves no branch', async () => {
    const child = startAirlock('run', '--repo', '.', '--task', 'x', '--json', '--', 'sleep', '600')
    const exited = once(child, 'exit')
    const printed = text(child.stdout)
    const { promise: atAgent, resolve } = Promise.withResolvers<void>()
    // The last step that ends before the agent runs.
    child.stderr.on('data', (chunk) => String(chunk).includes('seal') && resolve())
    await atAgent

    child.kill('SIGINT')

    expect(JSON.parse(await printed)).toMatchObject({ outcome: 'cancelled', branch: null })
    expect(await exited).toEqual([5, null])
  })
})
