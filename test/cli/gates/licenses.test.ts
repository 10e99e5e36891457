import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { gatesReportSchema } from '../../../worker/contract/index.ts'
import { commitFiles, type Folder, makeFolder, makeOrigin, plainGit } from '../../git/origin.ts'
import { startRegistry } from '../../registries/stand-in.ts'
import { lines } from './run-gates.ts'

const bin = fileURLToPath(new URL('../../../cli/bin.mjs', import.meta.url))
const policy = 'gates: { licenses: { allow-licenses: [MIT] } }\n'
const lockfile = (packages: object) =>
  JSON.stringify({ name: 'x', lockfileVersion: 3, packages: { '': {}, ...packages } }, null, 2)

let folder: Folder
let repo: string
beforeEach(async () => {
  folder = await makeFolder()
  repo = join(folder.path, 'repo')
  await mkdir(join(folder.path, 'home'))
  await makeOrigin(repo, { '.github/airlock.yml': policy, 'package-lock.json': lockfile({}) })
  await plainGit(['-C', repo, 'checkout', '--quiet', '-b', 'feature'])
})
afterEach(() => folder[Symbol.asyncDispose]())

/** The command as somebody calls it in the repository, whose own npm is configured for `registry`. */
async function judge(registry: string, ...flags: string[]) {
  const home = join(folder.path, 'home')
  await writeFile(join(home, '.npmrc'), `registry=${registry}\n`)
  const args = [bin, 'gates', '--repo', '.', '--base', 'main', '--head', 'HEAD', '--json', ...flags]
  const options = { cwd: repo, env: { PATH: process.env.PATH, HOME: home } }
  const ended = await promisify(execFile)(process.execPath, args, options).catch((error: { stdout: string }) => error)
  return lines(gatesReportSchema.parse(JSON.parse(ended.stdout)))
}

const added = { 'package-lock.json': lockfile({ 'node_modules/a': { version: '1.0.0', license: 'MIT' } }) }

it('asks the registry of whoever calls, and no registry that the change or the repository names', async () => {
  await using own = await startRegistry({ '/a/1.0.0': { name: 'a', version: '1.0.0', license: 'GPL-3.0-only' } })
  await using evil = await startRegistry({ '/a/1.0.0': { name: 'a', version: '1.0.0', license: 'MIT' } })
  await commitFiles(repo, { ...added, '.npmrc': `registry=${evil.url}\n` })

  const findings = await judge(own.url)

  expect(findings).toContain('forbidden block package-lock.json:6')
  expect(own.asked).toEqual(['/a/1.0.0'])
  expect(evil.asked).toEqual([])
})

it('asks nobody with --offline, and holds then; the same change passes where its registry says MIT', async () => {
  await using registry = await startRegistry({ '/a/1.0.0': { name: 'a', version: '1.0.0', license: 'MIT' } })
  await commitFiles(repo, added)

  const offline = await judge(registry.url, '--offline')
  const before = registry.asked.length
  const online = await judge(registry.url)

  expect(offline).toContain('unresolved hold package-lock.json:6')
  expect(before).toBe(0)
  expect(registry.asked).toHaveLength(1)
  expect(online.filter((line) => line.startsWith('unresolved'))).toEqual([])
})

it('holds where the registry is away', async () => {
  await commitFiles(repo, added)

  expect(await judge('http://127.0.0.1:9')).toContain('unresolved hold package-lock.json:6')
})
