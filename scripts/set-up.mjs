/**
 * Sets up what a command of this project needs, once: Node 24, npm packages by lockfile, Debian packages.
 * Plain JavaScript for Node 20, because it runs before anything is installed. Imports nothing but Node.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)))

/** Debian package by the program that it brings. */
const runnerPackages = {
  git: 'git',
  bwrap: 'bubblewrap',
  strace: 'strace',
}
const runPackages = { ...runnerPackages, 'redis-server': 'redis-server' }
const testPackages = {
  ...runPackages,
  curl: 'curl',
  wget: 'wget',
  socat: 'socat',
  openssl: 'openssl',
  python3: 'python3',
  pip3: 'python3-pip',
  ip: 'iproute2',
  mmdebstrap: 'mmdebstrap',
  runsc: 'runsc',
  dockerd: 'docker.io',
  podman: 'podman',
  runc: 'runc',
  'qemu-system-x86_64': 'qemu-system-x86',
  'mkfs.erofs': 'erofs-utils',
  mke2fs: 'e2fsprogs',
}

/** Without it the sandbox that ours is compared with does not start. */
const benchPackages = { ...testPackages, rg: 'ripgrep' }

/**
 * @param {{ dev: boolean, bench?: boolean, runner?: boolean }} options `dev`: also what tests, checks and benches need;
 * `bench`: also what only benches need; `runner`: only what a job on a runner needs. Returns Node 24's path.
 */
export function setUp({ dev, bench = false, runner = false }) {
  const run = runner ? runnerPackages : runPackages
  installDebianPackages(bench ? benchPackages : dev ? testPackages : run)
  const node = installNode()
  installNpmPackages(node, dev)
  return node
}

function installNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  const folder = join(projectRoot, '.airlock', 'node24')
  const node = join(folder, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node')
  const digest = digestOf(join(projectRoot, 'scripts', 'node24', 'package-lock.json'))
  if (readStamp(folder) === digest && existsSync(node)) return node
  say(`Node 24 from npm (this machine has ${process.versions.node})`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  cpSync(join(projectRoot, 'scripts', 'node24'), folder, { recursive: true })
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder })
  if (!existsSync(node))
    fail(`npm has no Node 24 for ${process.platform}-${process.arch}. Install Node 24 or later by hand.`)
  writeFileSync(join(folder, 'stamp'), digest)
  return node
}

function installNpmPackages(node, dev) {
  const folder = join(projectRoot, 'node_modules')
  const digest = digestOf(join(projectRoot, 'package-lock.json'))
  const stamp = readStamp(folder)
  if (stamp === `${digest} all` || (!dev && stamp === `${digest} production`)) return
  say(`npm packages by lockfile${dev ? '' : ' (production only)'}`)
  const scope = dev ? ['--include=dev'] : ['--omit=dev']
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` }
  run('npm', ['ci', ...scope, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: projectRoot,
    env,
  })
  writeFileSync(join(folder, 'stamp'), `${digest} ${dev ? 'all' : 'production'}`)
}

function installDebianPackages(wanted) {
  const missing = Object.entries(wanted).filter(([program]) => !hasProgram(program))
  if (missing.length === 0) return
  const packages = missing.map(([, name]) => name)
  const line = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`
  const prefix = administratorPrefix()
  if (prefix === null || !hasProgram('apt-get')) {
    fail(`These Debian packages are missing. Install them and run this again:\n  sudo sh -c '${line}'`)
  }
  say(`Debian packages: ${packages.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  run([...prefix, 'apt-get'][0], [...prefix, 'apt-get', 'update', '-qq'].slice(1), { env })
  const install = [...prefix, 'apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages]
  run(install[0], install.slice(1), { env })
  const still = missing.filter(([program]) => !hasProgram(program))
  if (still.length > 0) fail(`Still missing after apt-get: ${still.map(([program]) => program).join(', ')}`)
}

/** How to become root: [] as root, sudo where it asks for no password, null where neither is possible. */
function administratorPrefix() {
  if (process.getuid?.() === 0) return []
  const sudo = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' })
  return sudo.status === 0 ? ['sudo', '-n'] : null
}

function hasProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].filter(Boolean)
  return folders.some((folder) => isExecutable(join(folder, name)))
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function readStamp(folder) {
  const path = join(folder, 'stamp')
  return existsSync(path) ? readFileSync(path, 'utf8') : null
}

function digestOf(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

function run(program, args, options) {
  const result = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', ...options })
  if (result.status === 0) return
  fail(`${program} ${args.join(' ')} failed:\n${(result.error?.message ?? result.stderr ?? '').slice(-3000)}`)
}

function say(text) {
  process.stderr.write(`set-up: ${text}\n`)
}

function fail(text) {
  process.stderr.write(`set-up: ${text}\n`)
  process.exit(1)
}
