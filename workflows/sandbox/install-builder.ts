import { access, constants, readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { CommandError, runCommand } from '../../worker/process/run-command.ts'

export interface BuilderHost {
  /** How root is asked; null: we are root. */
  readonly sudo: readonly string[] | null
  readonly aptGet: string
  /** The packages that build an image, each with a file that it brings. */
  readonly packages: Readonly<Record<string, string>>
  readonly subordinateIds: string
  readonly user: string
}

/** `remedy`: what an administrator has to run, because the job may not. */
export type Builder = { readonly kind: 'there' | 'installed' } | { readonly kind: 'missing'; readonly remedy: string }

const timeoutMs = 10 * 60_000
const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DEBIAN_FRONTEND: 'noninteractive' }
/** Ubuntu's mmdebstrap does not come with Debian's keys. */
const ofEveryone = {
  mmdebstrap: '/usr/bin/mmdebstrap',
  gpg: '/usr/bin/gpg',
  'debian-archive-keyring': '/usr/share/keyrings/debian-archive-keyring.gpg',
}

export function thisBuilderHost(): BuilderHost {
  const isRoot = process.getuid?.() === 0
  return {
    sudo: isRoot ? null : ['sudo', '-n'],
    aptGet: '/usr/bin/apt-get',
    packages: isRoot ? ofEveryone : { ...ofEveryone, uidmap: '/usr/bin/newuidmap' },
    subordinateIds: '/etc/subuid',
    user: userInfo().username,
  }
}

/** What builds images, from the machine's own packages; a runner is thrown away after its job. */
export async function installBuilder(host: BuilderHost): Promise<Builder> {
  const { sudo, aptGet, user } = host
  const packages = await missingPackages(host)
  const update = [aptGet, 'update', '-qq']
  const install = [aptGet, 'install', '-y', '-qq', '--no-install-recommends', ...packages]
  const giveIds = ['usermod', '--add-subuids', '700000-765535', '--add-subgids', '700000-765535', user]
  const steps = [...(packages.length > 0 ? [update, install] : []), ...((await needsIds(host)) ? [giveIds] : [])]
  if (steps.length === 0) return { kind: 'there' }
  try {
    for (const step of steps) await runCommand([...(sudo ?? []), ...step], { env, timeoutMs })
    return { kind: 'installed' }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    const lines = steps.map((step) => step.join(' ').replace(aptGet, 'apt-get').replaceAll(' -qq', ''))
    return { kind: 'missing', remedy: `sudo sh -c '${lines.join(' && ')}'` }
  }
}

async function missingPackages({ packages }: BuilderHost): Promise<readonly string[]> {
  const looked = Object.entries(packages).map(async ([name, file]) => ({ name, there: await isThere(file) }))
  return (await Promise.all(looked)).flatMap(({ name, there }) => (there ? [] : [name]))
}

/** An ordinary user makes root's files in a user namespace, with ids that only root can give. */
async function needsIds({ sudo, subordinateIds, user }: BuilderHost): Promise<boolean> {
  if (sudo === null) return false
  const text = await readFile(subordinateIds, 'utf8').catch(() => '')
  return !text.split('\n').some((line) => line.startsWith(`${user}:`))
}

async function isThere(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  )
}
