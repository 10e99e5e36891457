import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { command } from '../../worker/agent/command.ts'
import { adapters, createAgents } from '../../worker/agent/create-agents.ts'
import { installAgent } from '../../worker/agent/install-agent.ts'
import { pi } from '../../worker/agent/pi.ts'
import { AgentInstallError } from '../../worker/pipeline/ports/index.ts'

const installed = Object.values(adapters).filter((agent) => agent.install !== null)

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'agents-'))
})
afterEach(() => rm(dataDir, { recursive: true }))

/** Stands for npm: makes the file that pi is started by. */
const npm = vi.fn(async (_argv: readonly string[], { cwd }: { cwd: string }) => {
  const entry = join(cwd, pi.install?.entry ?? '')
  await mkdir(dirname(entry), { recursive: true })
  await writeFile(entry, '')
})
beforeEach(() => {
  npm.mockClear()
})

const left = () => readdir(join(dataDir, 'agents'))

test('installs by the lockfile, without scripts, and only once', async () => {
  const first = await installAgent(pi, dataDir, npm)
  const second = await installAgent(pi, dataDir, npm)

  expect(second).toBe(first)
  expect(npm).toHaveBeenCalledTimes(1)
  expect(npm.mock.calls[0]?.[0]).toEqual(expect.arrayContaining(['npm', 'ci', '--ignore-scripts']))
  expect(await readdir(first ?? '')).toEqual(
    expect.arrayContaining(['compact-output.mjs', 'node_modules', 'package-lock.json', 'package.json']),
  )
  expect((await stat(first ?? '')).mode & 0o777).toBe(0o755)
})

test('leaves nothing when npm fails, and says that it is worth another try', async () => {
  const failure = new Error('no network')

  const installing = installAgent(pi, dataDir, () => Promise.reject(failure))

  await expect(installing).rejects.toMatchObject({ code: 'npm-failed', agent: 'pi', retryable: true, cause: failure })
  expect(await left()).toEqual([])
})

test('takes no installation for one that lacks its program', async () => {
  const installing = installAgent(pi, dataDir, async () => {})

  await expect(installing).rejects.toThrow(AgentInstallError)
  await expect(installing).rejects.toMatchObject({ code: 'entry-missing', retryable: false })
  expect(await left()).toEqual([])
})

test('removes what a killed run left, and not what another is at', async () => {
  const [stale, young] = [join(dataDir, 'agents', '.pi-stale'), join(dataDir, 'agents', '.pi-young')]
  await mkdir(stale, { recursive: true })
  await mkdir(young)
  await utimes(stale, 0, 0)

  const folder = await installAgent(pi, dataDir, npm)

  expect((await left()).map((name) => join(dataDir, 'agents', name)).sort()).toEqual([young, folder].sort())
})

test('lets one of two workers win when both install at once', async () => {
  const folders = await Promise.all([installAgent(pi, dataDir, npm), installAgent(pi, dataDir, npm)])

  expect(folders[0]).toBe(folders[1])
  expect(await left()).toHaveLength(1)
})

test('installs an agent once for all jobs that ask for it at once', async () => {
  const agents = createAgents(dataDir, npm)

  const loaded = await Promise.all([agents.load('pi'), agents.load('pi'), agents.load('pi')])

  expect(npm).toHaveBeenCalledTimes(1)
  expect(new Set(loaded.map((agent) => agent?.toolPath)).size).toBe(1)
})

test('tries again after a failure', async () => {
  const agents = createAgents(dataDir, npm)
  npm.mockRejectedValueOnce(new Error('no network'))

  await expect(agents.load('pi')).rejects.toMatchObject({ code: 'npm-failed' })
  await expect(agents.load('pi')).resolves.toMatchObject({ adapter: pi })
})

test('needs nothing for a command', async () => {
  const agents = createAgents(dataDir, npm)

  expect(await agents.load('command')).toEqual({ adapter: command, toolPath: null })
  expect(npm).not.toHaveBeenCalled()
})

test.each(installed)('$name: is pinned to one version, in its manifest alone', async (agent) => {
  const folder = new URL(`../../sandbox-images/agents/${agent.name}/`, import.meta.url)
  const manifest = JSON.parse(await readFile(new URL('package.json', folder), 'utf8'))
  const lock = JSON.parse(await readFile(new URL('package-lock.json', folder), 'utf8'))
  const packages = Object.entries<{ integrity?: string; resolved?: string }>(lock.packages).filter(([path]) => path)

  expect(Object.keys(manifest.dependencies)).toEqual([agent.install?.package])
  expect(agent.install?.version).toMatch(/^\d+\.\d+\.\d+$/)
  expect(manifest.dependencies).toEqual({ [agent.install?.package ?? '']: agent.install?.version })
  expect(lock.packages[''].dependencies).toEqual(manifest.dependencies)
  expect(packages.length).toBeGreaterThan(0)
  for (const [path, entry] of packages) {
    expect(entry, path).toMatchObject({ integrity: expect.stringMatching(/^sha512-/) })
    expect(entry.resolved, path).toBeUndefined()
  }
})
