import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commands } from '../../cli/commands/index.ts'

const entry = fileURLToPath(new URL('../../cli/airlock.ts', import.meta.url))
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'airlock-cli-'))
  git('init', '--quiet', '--initial-branch=main', '.')
  writeFileSync(join(folder, 'a.txt'), 'one\n')
  git('add', '.')
  git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message=one')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function git(...args: string[]): string {
  return spawnSync('git', ['-C', folder, ...args], { encoding: 'utf8' }).stdout.trim()
}

function airlock(...args: string[]) {
  const env = { PATH: process.env.PATH ?? '', HOME: folder, AIRLOCK_DATA_DIR: join(folder, 'data') }
  return spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8', cwd: folder, env })
}

describe('airlock', () => {
  it('lists its commands, and each has help with an example', async () => {
    const { status, stdout } = airlock('--help')
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
  ] as const)('exits 2 on %j and shows a line that would be right', (args, what) => {
    const result = airlock(...args)

    expect(result.stderr).toContain(what)
    expect(result.stderr).toContain('right would be: airlock ')
    expect(result.status).toBe(2)
  })

  it('exits 2 with all settings that are missing', () => {
    const result = airlock('serve')

    expect(result.status).toBe(2)
    for (const name of ['APP_ID', 'PRIVATE_KEY', 'WEBHOOK_SECRET', 'REDIS_URL'])
      expect(result.stderr).toContain(`${name} is missing`)
  })

  it('makes a branch from what a command changed, and prints one object', () => {
    const result = airlock('run', '--repo', '.', '--task', 'say two', '--json', '--', 'sh', '-c', 'echo two > a.txt')

    const report = JSON.parse(result.stdout)
    expect(report).toMatchObject({
      outcome: 'published',
      reason: 'branch-created',
      findings: [],
      baseSha: git('rev-parse', 'main'),
    })
    expect(Object.keys(report)).toEqual([
      'id',
      'outcome',
      'reason',
      'branch',
      'baseSha',
      'commit',
      'pullRequest',
      'findings',
      'posture',
      'egress',
      'network',
      'usage',
      'durations',
      'audit',
    ])
    expect(git('show', `${report.branch}:a.txt`)).toBe('two')
    expect(git('rev-parse', report.branch)).toBe(report.commit)
    expect(airlock('audit', 'verify', report.audit).status).toBe(0)
    expect(result.status).toBe(0)
  })

  it('writes what a program or a reviewer wants into --out', () => {
    const result = airlock(
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

  it('says what setup would run and why, and runs nothing', () => {
    writeFileSync(join(folder, 'package.json'), '{"name":"a","version":"1.0.0"}')
    writeFileSync(join(folder, 'package-lock.json'), '{"name":"a","version":"1.0.0","lockfileVersion":3,"packages":{}}')
    git('add', 'package.json', 'package-lock.json')
    git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message=locked')

    const told = airlock('run', '--repo', '.', '--explain')
    const json = airlock('run', '--repo', '.', '--explain', '--json')

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
  ])('ends `%s` with exit status %i', (script, status, outcome) => {
    const result = airlock('run', '--repo', '.', '--task', 'x', '--json', '--', 'sh', '-c', script)

    expect(JSON.parse(result.stdout).outcome).toBe(outcome)
    expect(result.status).toBe(status)
  })

  it('refuses a policy with an unknown key by file, line and name, and runs nothing', () => {
    writeFileSync(join(folder, 'policy.yml'), 'agent: pi\nagnet: pi\n')

    const result = airlock(
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
})
