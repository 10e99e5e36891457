import { access, constants, readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import type { DebianSources } from './debian-sources.ts'
import { dpkgOptions, finishScript, sourceDateEpoch } from './image-content.ts'
import { ImageError } from './image-error.ts'
import type { RootPlan, RootRun } from './make-root.ts'
import { contained, runBuilder } from './run-builder.ts'

export interface MmdebstrapPlan extends RootPlan {
  readonly sources: DebianSources
}

const program = '/usr/bin/mmdebstrap'

export async function hasMmdebstrap(): Promise<boolean> {
  return access(program, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** Makes the root file system as a tar that is sorted, has numbers for owners, and is the same each time. */
export async function runMmdebstrap(plan: MmdebstrapPlan, run: RootRun): Promise<void> {
  const isRoot = process.getuid?.() === 0
  if (!isRoot) await assertSubordinateIds()
  await runBuilder([...contained(isRoot), '--', ...mmdebstrapArguments(plan)], {
    env: {
      ...run.env,
      PATH: `${run.env.PATH ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`,
      LC_ALL: 'C.UTF-8',
      TMPDIR: run.temporary,
      SOURCE_DATE_EPOCH: String(sourceDateEpoch),
    },
    stdin: plan.sources.sources,
    signal: run.signal,
    onLine: (line) => {
      if (isProgress(line)) run.onLine(line)
    },
  })
}

/** An ordinary user makes root's files in a user namespace, and so needs ids for it. */
async function assertSubordinateIds(): Promise<void> {
  const { username, uid } = userInfo()
  const lines = (await readFile('/etc/subuid', 'utf8').catch(() => '')).split('\n')
  if (lines.some((line) => line.startsWith(`${username}:`) || line.startsWith(`${uid}:`))) return
  const give = `usermod --add-subuids 700000-765535 --add-subgids 700000-765535 ${username}`
  throw new ImageError(
    'builder-missing',
    `build as root, or give this user ids of its own: ${give}; apt-get install uidmap`,
  )
}

/** Not what apt and dpkg say of each package, and not the text of our own script. */
function isProgress(line: string): boolean {
  return /^[IWE]: /.test(line) && !line.includes('--customize-hook')
}

const hooks = (when: 'setup' | 'extract' | 'customize', script: string) => [`--${when}-hook=${script}`]

/** Where mmdebstrap keeps what it is told by --dpkgopt. */
const kept = 'etc/dpkg/dpkg.cfg.d/99mmdebstrap'
const during = 'etc/dpkg/dpkg.cfg.d/00airlock-build'
const lines = (options: readonly string[]) => options.map((option) => `'${option}'`).join(' ')

/**
 * The same options by another name until all packages are there: mmdebstrap would start a Python for each package to hold
 * files back, and dpkg would wait for the disk after each file, of a folder that is removed if anything fails.
 */
const prepareScript = `cd "$1" && printf '%s\\n' ${lines([...dpkgOptions, 'force-unsafe-io'])} >${during}`
const settleScript = `cd "$1" && printf '%s\\n' ${lines(dpkgOptions)} >${kept} && rm ${during}`

/** What was unpacked in spite of the options, before dpkg installs it again by them. Folders keep their times. */
const thinScript = `set -eu; cd "$1/usr/share"
for folder in man info locale doc; do
  touch -r "$folder" ../../tmp/.airlock-time
  rm -rf "$folder"/*
  touch -r ../../tmp/.airlock-time "$folder"
done
rm ../../tmp/.airlock-time`

/** Pure. */
export function mmdebstrapArguments(plan: MmdebstrapPlan): readonly string[] {
  const { suite, packages, sources, overlay, toolsHook, target } = plan
  return [
    ...[program, '--variant=minbase', '--format=tar', '--skip=output/dev', '--skip=cleanup/run'],
    // Done by the last script: apt gives its folders to a user of its own, where that one can reach them, and else not.
    '--skip=cleanup/apt',
    ...packages.map((name) => `--include=${name}`),
    ...hooks('setup', prepareScript),
    ...hooks('extract', thinScript),
    ...['Apt::Install-Recommends "false"', ...sources.options].map((option) => `--aptopt=${option}`),
    ...hooks('customize', settleScript),
    `--customize-hook=tar-in ${overlay} /`,
    ...(toolsHook === null ? [] : [`--customize-hook=${toolsHook}`]),
    `--customize-hook=${finishScript}`,
    ...[suite, target],
    ...(sources.sources === '' ? [] : ['-']),
  ]
}
