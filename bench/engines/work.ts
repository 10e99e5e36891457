import { chown, copyFile, mkdir, mkdtemp } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Sandbox } from '../../worker/pipeline/ports/index.ts'
import { runCommand } from '../../worker/process/run-command.ts'
import { timed } from '../measure.ts'

/** $1 a folder with the packed package in it: unpacks it where npm would, runs its tests, tidies up. */
const script = `set -e
cd "$1"
mkdir -p project/node_modules
tar -xzf package.tgz -C project/node_modules
cd project/node_modules/process-warning
node --test test/*.test.js
cd "$1"
rm -rf project`

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))
const timeoutMs = 300_000

/** This Node, in sandboxes of any image. */
export const nodeTool = { name: 'node', path: dirname(dirname(process.execPath)) }

/** Packs the package into this folder; it then belongs to the job's user. */
export async function packInto(folder: string, owner: { uid: number; gid: number } | null): Promise<void> {
  const file = join(folder, 'package.tgz')
  await runCommand(['tar', '-czf', file, '-C', modules, 'process-warning'], { env: { PATH: '/usr/bin:/bin' } })
  if (owner !== null) await chown(file, owner.uid, owner.gid)
}

/** Milliseconds that the work takes in a sandbox whose workspace has the package. */
export async function workInside(sandbox: Sandbox): Promise<number> {
  return timed(async () => {
    let said = ''
    const { ended, exitCode } = await sandbox.exec({
      argv: ['/bin/sh', '-c', script, 'work', '/workspace'],
      env: { PATH: '/opt/airlock/node/bin:/usr/bin:/bin' },
      signal: AbortSignal.timeout(timeoutMs),
      onOutput(chunk) {
        said = (said + chunk.toString('utf8')).slice(-2000)
      },
    })
    if (exitCode !== 0) throw new Error(`the work failed inside (${ended} ${exitCode}): ${said}`)
  })
}

/** The same on the host, as the same user, in a folder and with a Node that it gets through to. */
export async function prepareOutside(folder: string, owner: { uid: number; gid: number } | null) {
  const place = await mkdtemp(join(folder, 'outside-'))
  if (owner !== null) await chown(place, owner.uid, owner.gid)
  const bin = join(folder, 'bin')
  await mkdir(bin)
  await copyFile(process.execPath, join(bin, 'node'))
  await packInto(place, owner)
  const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: place }
  const argv = ['/bin/sh', '-c', script, 'work', place]
  return () => timed(() => runCommand(argv, { env, cwd: place, timeoutMs, ...owner }))
}
