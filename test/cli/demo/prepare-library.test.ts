import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parsePolicy } from '../../../app/repo-policy/parse-policy.ts'
import { demoFix } from '../../../cli/demo/library.ts'
import { LibraryIntegrityError, prepareLibrary, type Run } from '../../../cli/demo/prepare-library.ts'
import { CommandError, runCommand } from '../../../worker/process/run-command.ts'

const env = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => !!entry[1]))
const run: Run = (argv, { cwd }) => runCommand(argv, { cwd, env, timeoutMs: 120_000 })

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'library-'))
  await prepareLibrary(dir, run)
  await run(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: dir })
}, 120_000)
afterAll(() => rm(dir, { recursive: true, force: true }))

/** What the library's own suite prints, whether it passes or not. */
async function suite(): Promise<string> {
  const { stdout } = await runCommand(['sh', '-c', `${demoFix.test} || true`], { cwd: dir, env, timeoutMs: 30_000 })
  return stdout.toString('utf8')
}

test('the library as published fails exactly the test that shows the bug, and the fix mends it', async () => {
  const path = join(dir, demoFix.path)
  const published = await readFile(path, 'utf8')
  const before = await suite()
  await writeFile(path, published.replace(demoFix.from, demoFix.to))
  const after = await suite()

  expect(published.split(demoFix.from)).toHaveLength(2)
  expect(before.match(/^not ok/gm)).toHaveLength(1)
  expect(before).toMatch(/# chars for windows paths don't break out\nnot ok/)
  expect(before).not.toMatch(demoFix.passed)
  expect(after).toMatch(demoFix.passed)
}, 30_000)

test('its manifest is the published one, and its lockfile is small and names no registry', async () => {
  const manifest = JSON.parse(await readFile(join(dir, 'package.json'), 'utf8'))
  const lock = JSON.parse(await readFile(join(dir, 'package-lock.json'), 'utf8'))

  expect(manifest.devDependencies).toEqual({ tape: '4' })
  expect(lock.packages['node_modules/tape'].version).toBe('4.2.0')
  expect(Object.keys(lock.packages).length).toBeLessThan(25)
  expect(JSON.stringify(lock)).not.toContain('resolved')
})

test('its policy is one that Airlock takes', async () => {
  const text = await readFile(join(dir, '.github', 'airlock.yml'), 'utf8')

  expect(parsePolicy(text, '.github/airlock.yml')).toMatchObject({ ok: true })
})

test('refuses a package that is not the pinned one, and unpacks nothing of it', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'library-'))
  const tampered: Run = async (argv, options) => {
    await run(argv, options)
    if (argv[1] === 'pack') await appendFile(join(options.cwd, 'shell-quote-1.7.2.tgz'), 'x')
  }

  await expect(prepareLibrary(empty, tampered)).rejects.toThrow(LibraryIntegrityError)
  expect(await readdir(empty)).toEqual([])
  await rm(empty, { recursive: true })
}, 30_000)

test('fails when npm fails', async () => {
  const failing: Run = (argv, options) => (argv[0] === 'npm' ? run(['false'], options) : run(argv, options))

  await expect(prepareLibrary(dir, failing)).rejects.toThrow(CommandError)
})
