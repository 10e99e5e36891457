import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileCache } from '../compile-cache.ts'

const entry = fileURLToPath(new URL('../../cli/airlock.ts', import.meta.url))
const reason = 'gVisor comes to this worker in spring'
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'airlock-isolation-'))
  const git = (...args: string[]) => spawnSync('git', ['-C', folder, ...args])
  git('init', '--quiet', '--initial-branch=main', 'widget')
  git(
    '-C',
    'widget',
    '-c',
    'user.name=a',
    '-c',
    'user.email=a@example.com',
    'commit',
    '-q',
    '--allow-empty',
    '-m',
    'one',
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** `airlock run` on a worker that has class process alone. */
function run(operatorPolicy: string | null, policy: string) {
  const operatorFile = join(folder, 'operator.yml')
  writeFileSync(operatorFile, operatorPolicy ?? '')
  writeFileSync(join(folder, 'policy.yml'), policy)
  const args = ['run', '--repo', 'widget', '--task', 'x', '--policy', 'policy.yml', '--json']
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    AIRLOCK_DATA_DIR: join(folder, 'data'),
    AIRLOCK_ENGINES: 'process',
    ...compileCache,
    ...(operatorPolicy === null ? {} : { AIRLOCK_OPERATOR_POLICY: operatorFile }),
  }
  const command = ['--', 'sh', '-c', 'echo two > a.txt']
  return spawnSync(process.execPath, [entry, ...args, ...command], { encoding: 'utf8', cwd: folder, env })
}

describe('a policy that asks for gvisor, on a worker that has class process alone', () => {
  const asked = 'image: host\nisolation: gvisor\n'

  it('is refused with what is missing, and nothing runs', () => {
    const { status, stdout } = run(null, asked)

    expect(status).toBe(4)
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'refused', reason: 'isolation-unavailable', branch: null })
    expect(readFileSync(JSON.parse(stdout).audit, 'utf8')).toContain(
      'at least gvisor is asked for, and this worker has process: the operator can add it to AIRLOCK_ENGINES',
    )
  })

  it('runs where the operator accepts less, and report, pull request and record name his word', () => {
    const accept = `{ repository: local/widget, isolation: process, reason: ${reason} }`

    const { stdout } = run(`accept-weaker: [${accept}]`, asked)

    const report = JSON.parse(stdout)
    const { digest } = report.acceptedWeaker
    expect(report).toMatchObject({
      outcome: 'published',
      posture: { isolation: 'process' },
      acceptedWeaker: { asked: 'gvisor', ran: 'process', reason },
    })
    expect(report.pullRequest.body).toContain('at least **gvisor**; this ran in **process**')
    expect(report.pullRequest.body).toContain(digest)
    expect(report.pullRequest.body).toContain(`> ${reason}`)
    expect(readFileSync(report.audit, 'utf8')).toContain(`"ran":"process"`)
  })

  it('is refused where the operator accepts it for another repository', () => {
    const { status } = run(`accept-weaker: [{ repository: local/other, isolation: process, reason: ${reason} }]`, asked)

    expect(status).toBe(4)
  })
})

describe('the operator’s policy', () => {
  it('raises what a local copy gets to what its repository could be meant for', () => {
    const rules = 'isolation: { rules: [{ name: "acme/*", visibility: private, least: gvisor }] }'

    const { status, stdout } = run(rules, 'isolation: process\nimage: host\n')

    expect(status).toBe(4)
    expect(JSON.parse(stdout)).toMatchObject({ reason: 'isolation-unavailable' })
  })

  it('is refused with file, line, key and a line that would be right', () => {
    const { status, stderr } = run('maximum:\n  minuts: 5\n', '')

    expect(status).toBe(2)
    expect(stderr).toMatch(/operator\.yml:2:maximum\.minuts: unknown key; right would be: maximum: \{/)
  })
})
