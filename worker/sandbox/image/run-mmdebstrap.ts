import { access, constants } from 'node:fs/promises'
import type { DebianSources } from './debian-sources.ts'
import { dpkgOptions, finishScript, sourceDateEpoch, suite } from './image-content.ts'
import type { RootPlan, RootRun } from './make-root.ts'
import { runBuilder } from './run-builder.ts'

export interface MmdebstrapPlan extends RootPlan {
  readonly sources: DebianSources
}

const program = '/usr/bin/mmdebstrap'

/** Dies with the worker, and takes its mounts and whatever it started along. */
const contained = ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '/usr/bin/unshare', '--kill-child=KILL', '--fork']
const namespaces = ['--mount', '--pid', '--mount-proc']

export async function hasMmdebstrap(): Promise<boolean> {
  return access(program, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** Makes the root file system as a tar that is sorted, has numbers for owners, and is the same each time. */
export async function runMmdebstrap(plan: MmdebstrapPlan, run: RootRun): Promise<void> {
  const isRoot = process.getuid?.() === 0
  await runBuilder([...contained, ...(isRoot ? namespaces : []), '--', ...mmdebstrapArguments(plan)], {
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

/** Not what apt and dpkg say of each package, and not the text of our own script. */
function isProgress(line: string): boolean {
  return /^[IWE]: /.test(line) && !line.includes('--customize-hook')
}

/** Pure. */
export function mmdebstrapArguments({ packages, sources, overlay, target }: MmdebstrapPlan): readonly string[] {
  return [
    ...[program, '--variant=minbase', '--format=tar', '--skip=output/dev', '--skip=cleanup/run'],
    ...packages.map((name) => `--include=${name}`),
    ...dpkgOptions.map((option) => `--dpkgopt=${option}`),
    ...['Apt::Install-Recommends "false"', ...sources.options].map((option) => `--aptopt=${option}`),
    `--customize-hook=tar-in ${overlay} /`,
    `--customize-hook=${finishScript}`,
    ...[suite, target],
    ...(sources.sources === '' ? [] : ['-']),
  ]
}
