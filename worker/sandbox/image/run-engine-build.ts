import { randomUUID } from 'node:crypto'
import { access, constants, copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { CommandError, runCommand } from '../../process/run-command.ts'
import { createDockerfile, overlayName } from './create-dockerfile.ts'
import { defaultSuite, fixedFiles, type Suite, sourceDateEpoch } from './image-content.ts'
import { ImageError } from './image-error.ts'
import { runToolsHook } from './install-tools.ts'
import type { RootPlan, RootRun } from './make-root.ts'
import { runBuilder } from './run-builder.ts'
import { unpackTar } from './unpack-tar.ts'

const engines = ['docker', 'podman'] as const
const timeoutMs = 15 * 60_000
/** Made by the Engine for a container, not by the build. */
const ofContainers = ['.dockerenv', 'dev', 'proc', 'sys', 'etc/mtab', 'etc/machine-id']

/** The command line of an Engine that this machine has. */
export async function findEngine(path: string): Promise<string | null> {
  for (const folder of path.split(delimiter).filter((entry) => entry.startsWith('/'))) {
    for (const program of engines.map((name) => join(folder, name))) {
      if (await isExecutable(program)) return program
    }
  }
  return null
}

/**
 * Lets an Engine build the root file system, and makes the same kind of tar from it. The Engine's build has the host's
 * network, for apt; nothing of the repository that asked for the image is in it.
 */
export async function runEngineBuild(engine: string, plan: RootPlan, run: RootRun): Promise<void> {
  const { base } = run
  if (plan.suite !== defaultSuite) throw new ImageError('builder-missing', suiteMissing(plan.suite))
  if (base === null) throw new ImageError('builder-missing', baseMissing(engine))
  if (process.getuid?.() !== 0) throw new ImageError('builder-missing', 'building with an Engine needs root')
  const context = join(run.temporary, 'context')
  const exported = join(run.temporary, 'exported.tar')
  const tag = `airlock-build:${randomUUID()}`
  await mkdir(context)
  await writeFile(join(context, 'Dockerfile'), createDockerfile(base, plan.packages))
  await copyFile(plan.overlay, join(context, overlayName))
  const ask = async (...args: string[]) =>
    (await runCommand([engine, ...args], { env: run.env, timeoutMs, signal: run.signal })).stdout
      .toString('utf8')
      .trim()
  try {
    const options = ['--network=host', '--force-rm', `--tag=${tag}`, ...proxyArguments(run.env)]
    await runBuilder([engine, 'build', ...options, context], { ...run, stdin: '' })
    const container = await ask('create', tag, '/bin/true')
    try {
      await ask('export', `--output=${exported}`, container)
    } finally {
      await ask('rm', container)
    }
  } finally {
    await runCommand([engine, 'rmi', '--force', tag], { env: run.env, timeoutMs }).catch(ignoreFailure)
  }
  const folder = join(run.temporary, 'normal')
  await unpack(exported, folder, run.signal)
  if (plan.toolsHook !== null) await runToolsHook(plan.toolsHook, folder, run)
  await pack(folder, plan.target, run.signal)
}

/** AIRLOCK_IMAGE_BASE is one image, and so one release, for all. */
function suiteMissing(suite: Suite): string {
  return `an Engine builds images of ${defaultSuite} alone, and this one is of ${suite}: apt-get install -y mmdebstrap`
}

function baseMissing(engine: string): string {
  const name = `debian:${defaultSuite}-slim`
  return (
    `an Engine builds on an image of Debian, which has to be named by its digest: ${engine} pull ${name}; ` +
    `${engine} image inspect --format '{{index .RepoDigests 0}}' ${name}; and set AIRLOCK_IMAGE_BASE to what that prints. ` +
    'Or: apt-get install -y mmdebstrap'
  )
}

/** By name alone: the Engine takes the values from its environment, and keeps none of these in the image. */
function proxyArguments(env: RootRun['env']): string[] {
  return Object.keys(env)
    .filter((name) => /^(https?|no)_proxy$/i.test(name))
    .map((name) => `--build-arg=${name}`)
}

/** Without what the Engine has put in for a container. */
async function unpack(exported: string, folder: string, signal: AbortSignal): Promise<void> {
  await unpackTar(exported, folder, signal)
  for (const path of ofContainers) await rm(join(folder, path), { recursive: true, force: true })
  for (const path of ['dev', 'proc', 'sys']) await mkdir(join(folder, path), { mode: 0o755 })
  for (const [path, text] of Object.entries(fixedFiles)) await writeFile(join(folder, path), text)
}

/** Sorted, with numbers for owners and no file from the future, as mmdebstrap does it itself. */
async function pack(folder: string, target: string, signal: AbortSignal): Promise<void> {
  const order = ['--sort=name', '--format=pax', '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime']
  const times = [`--mtime=@${sourceDateEpoch}`, '--clamp-mtime']
  const names = ['--numeric-owner', `--file=${target}`, `--directory=${folder}`, '.']
  const argv = ['/usr/bin/tar', '--create', ...order, ...times, ...names]
  await runCommand(argv, { env: { PATH: '/usr/bin:/bin' }, timeoutMs, signal })
}

async function isExecutable(program: string): Promise<boolean> {
  return access(program, constants.X_OK).then(
    () => true,
    () => false,
  )
}

function ignoreFailure(error: unknown): void {
  if (!(error instanceof CommandError)) throw error
}
