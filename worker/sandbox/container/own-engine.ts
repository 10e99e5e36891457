/**
 * An Engine of our own on this machine: Docker's daemon or Podman's service from the installed packages, with its
 * socket, images and containers in one folder, beside whatever else runs here and without touching it: no bridge, no
 * firewall rule, no kernel setting. For tests, benches and a look at what this host could enforce; needs root.
 */
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { runCommand } from '../../process/run-command.ts'
import { spawnProcess } from '../../process/spawn-process.ts'
import { killAndWait } from '../reaper/kill-and-wait.ts'
import { readProcessIdentity } from '../reaper/process-identity.ts'
import { createEngineClient } from './engine-client.ts'
import { findByMount, findByPath } from './find-by-folder.ts'

export type OwnEngineKind = 'docker' | 'podman'

export interface OwnEngine {
  readonly socket: string
  /** How its own command line client is called. */
  readonly client: { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> }
  /** Ends it and everything in it, removes its folder, and tells what is left: nothing, or it throws. */
  stop(): Promise<void>
}

/** Programs that Docker knows as runtimes, by their names. */
export type OwnRuntimes = Readonly<Record<string, { readonly path: string; readonly runtimeArgs: readonly string[] }>>

const startTimeoutMs = 30_000
const stopTimeoutMs = 20_000
const packages = { docker: 'docker.io', podman: 'podman' } as const
const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** `folder` is absolute, short (a socket's path ends at 107 bytes) and nobody else's; it is made. */
export async function startOwnEngine(
  kind: OwnEngineKind,
  folder: string,
  runtimes: OwnRuntimes = {},
): Promise<OwnEngine> {
  await mkdir(folder, { recursive: true, mode: 0o711 })
  const socket = join(folder, 's')
  const log = await open(join(folder, 'log'), 'w')
  const argv = kind === 'docker' ? await docker(folder, socket, runtimes) : await podman(folder, socket)
  const env = { PATH: path, HOME: folder, TMPDIR: folder, CONTAINERS_CONF: join(folder, 'containers.conf') }
  const client = { argv: kind === 'docker' ? ['docker', '--host', `unix://${socket}`] : podmanCall(folder), env }
  const service = spawnProcess(argv, { cwd: '/', env, stdio: ['ignore', log.fd, log.fd] })
  const ended = new Promise<void>((resolve) => {
    service.once('error', () => resolve())
    service.once('exit', () => resolve())
  })
  await log.close()
  const stop = async () => {
    await removeContainers(socket)
    service.kill('SIGTERM')
    await Promise.race([ended, sleep(stopTimeoutMs, undefined, { ref: false })])
    await removeEngine(folder)
  }
  const failed = ended.then(() => 'ended' as const)
  if ((await Promise.race([answers(socket), failed])) === 'answers') return { socket, client, stop }
  const words = await readFile(join(folder, 'log'), 'utf8')
  await stop()
  const why = `apt-get install -y ${packages[kind]}; it said: ${words.slice(-500)}`
  throw new SandboxError('unavailable', `${kind} did not start here: ${why}`)
}

async function docker(folder: string, socket: string, runtimes: OwnRuntimes): Promise<readonly string[]> {
  const config = join(folder, 'daemon.json')
  await writeFile(config, JSON.stringify({ runtimes }))
  return [
    ...['dockerd', '--config-file', config, '--host', `unix://${socket}`, '--pidfile', join(folder, 'pid')],
    ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'run')],
    ...['--bridge', 'none', '--iptables=false', '--ip-forward=false', '--ip-masq=false'],
  ]
}

async function podman(folder: string, socket: string): Promise<readonly string[]> {
  // Locks in files: those in shared memory would be the same for every Podman of this machine.
  const config = '[engine]\nlock_type = "file"\nevents_logger = "none"\n'
  await writeFile(join(folder, 'containers.conf'), config)
  return [...podmanCall(folder), 'system', 'service', '--time', '0', `unix://${socket}`]
}

function podmanCall(folder: string): readonly string[] {
  return [
    ...['podman', '--root', join(folder, 'data'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp')],
    ...['--runtime', 'runc', '--cgroup-manager', 'cgroupfs'],
  ]
}

async function answers(socket: string): Promise<'answers' | 'silent'> {
  const engine = createEngineClient(socket)
  for (let waited = 0; waited < startTimeoutMs; waited += 50) {
    const there = await engine.facts().then(
      () => true,
      () => false,
    )
    if (there) return 'answers'
    await sleep(50)
  }
  return 'silent'
}

/** A service that ends leaves containers running. */
async function removeContainers(socket: string): Promise<void> {
  const engine = createEngineClient(socket)
  const containers = await engine.list().catch(() => [])
  await Promise.all(containers.map(({ id }) => engine.remove(id).catch(() => {})))
}

async function removeEngine(folder: string): Promise<void> {
  const pids = new Set([...(await findByPath(folder)), ...findByMount(folder)])
  const processes = [...pids].map(readProcessIdentity).filter((identity) => identity !== null)
  await killAndWait(processes, stopTimeoutMs)
  // The innermost first; what was mounted twice takes two rounds.
  for (const point of (await mountPoints(folder)).reverse())
    await runCommand(['umount', point], { env: { PATH: path } })
  const left = await mountPoints(folder)
  if (left.length > 0) throw new SandboxError('not-destroyed', `still mounted: ${left.join(', ')}`)
  await rm(folder, { recursive: true, force: true })
}

async function mountPoints(folder: string): Promise<string[]> {
  const table = await readFile('/proc/self/mountinfo', 'utf8')
  return table.split('\n').flatMap((line) => {
    const point = line.split(' ')[4] ?? ''
    return point.startsWith(`${folder}/`) ? [point] : []
  })
}
