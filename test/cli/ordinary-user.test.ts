import { spawnSync } from 'node:child_process'
import { chownSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { asOrdinaryUser } from '../sandbox/battery/as-ordinary-user.ts'
import { expectsOverlay } from '../sandbox/overlay/expects-overlay.ts'

const nobody = 65_534

it('a whole job runs for an ordinary user, says which limits are weaker for it, and shows what setup left as it may', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'airlock-ordinary-'))
  try {
    const repository = createRepository(folder)
    const script = 'id -u > seen.txt; echo two > a.txt'
    const args = ['run', '--repo', repository, '--task', 'x', '--json', '--', 'sh', '-c', script]
    const [program = '', ...rest] = await asOrdinaryUser('cli/airlock.ts', args)

    const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: folder, AIRLOCK_DATA_DIR: join(folder, 'data') }
    const { stdout, stderr } = spawnSync(program, rest, { encoding: 'utf8', cwd: '/', env })

    const report = JSON.parse(stdout || JSON.stringify({ stderr }))
    expect(report).toMatchObject({ outcome: 'published', posture: { isolation: 'process', network: 'none' } })
    const show = (path: string) => git(repository, 'show', `${report.branch}:${path}`)
    expect(show('a.txt')).toBe('two')
    expect(show('seen.txt')).toBe('1000')
    expect(report.posture.limits.memory).toEqual({ level: 'best-effort', by: 'rlimit' })
    expect(report.posture.degraded.join(' ')).toContain('no cgroup is writable')
    const [record = ''] = globSync(join(folder, 'data/audit/*.jsonl'))
    expect(readFileSync(record, 'utf8')).toContain(`"laidOut":{"by":"${expectsOverlay(false) ? 'overlay' : 'copy'}"`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

function createRepository(folder: string): string {
  if (process.getuid?.() === 0) chownSync(folder, nobody, nobody)
  const repository = join(folder, 'repository')
  git('.', 'init', '--quiet', '--initial-branch=main', repository)
  writeFileSync(join(repository, 'a.txt'), 'one\n')
  mkdirSync(join(repository, '.github'))
  writeFileSync(join(repository, '.github/airlock.yml'), 'setup: { run: ["mkdir made"] }\n')
  git(repository, 'add', '.')
  git(repository, '-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message=one')
  if (process.getuid?.() === 0) spawnSync('chown', ['-R', `${nobody}:${nobody}`, repository])
  return repository
}

/** As root on a repository of nobody's: git asks to be told that this is meant. */
function git(repository: string, ...args: string[]): string {
  return spawnSync('git', ['-c', 'safe.directory=*', '-C', repository, ...args], { encoding: 'utf8' }).stdout.trim()
}
