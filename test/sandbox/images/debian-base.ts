import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../../../worker/process/run-command.ts'
import { readDebianSources } from '../../../worker/sandbox/image/debian-sources.ts'
import { builtImage } from './built-image.ts'

const env = { PATH: '/usr/bin:/bin' }
const timeoutMs = 300_000

/**
 * A tar of Debian as its publisher has it, for an Engine to build on: what mmdebstrap made of it here, without our user
 * and with sources for apt, which are this machine's. No registry has to be reached for it.
 */
export async function makeDebianBase(folder: string): Promise<string> {
  const image = await (await builtImage('minimal')).find('minimal')
  if (image === null) throw new TypeError('no image')
  const [root, tar] = [join(folder, 'base'), join(folder, 'base.tar')]
  await runCommand(['cp', '--archive', '--reflink=auto', image.rootfs, root], { env, timeoutMs })
  for (const name of ['etc/passwd', 'etc/group']) {
    const text = await readFile(join(root, name), 'utf8')
    await writeFile(join(root, name), text.replace(/^airlock:.*\n/m, ''))
  }
  const { sources, options } = await readDebianSources('bookworm')
  await writeFile(join(root, 'etc/apt/sources.list.d/debian.sources'), `${sources}\n`)
  await writeFile(join(root, 'etc/apt/apt.conf.d/01machine'), options.map((option) => `${option};\n`).join(''))
  await runCommand(['tar', '--create', '--numeric-owner', `--file=${tar}`, `--directory=${root}`, '.'], {
    env,
    timeoutMs,
  })
  return tar
}
