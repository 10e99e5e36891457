import { chmod, mkdir } from 'node:fs/promises'
import { runCommand } from '../../process/run-command.ts'

const timeoutMs = 15 * 60_000

/** Unpacks a root file system into a new folder; where the worker is not root, all of it becomes the worker's own. */
export async function unpackTar(tar: string, folder: string, signal: AbortSignal): Promise<void> {
  await mkdir(folder)
  const how = ['--extract', '--numeric-owner', '--preserve-permissions']
  const argv = ['/usr/bin/tar', ...how, `--file=${tar}`, `--directory=${folder}`]
  await runCommand(argv, { env: { PATH: '/usr/bin:/bin' }, timeoutMs, signal })
  await chmod(folder, 0o755)
}
