import { readFile } from 'node:fs/promises'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { findCgroupPlaces } from '../cgroup/find-cgroup-places.ts'
import type { CgroupPlace } from '../cgroup/parse-cgroup-mounts.ts'
import { findPrograms, missingText, type Program } from '../process/find-programs.ts'
import { inheritedFiles } from '../process/inherited-files.ts'
import { prepareRunDir, type RunDir } from '../process/prepare-run-dir.ts'
import { ownIdentity } from '../reaper/process-identity.ts'
import { sandboxFilter } from '../seccomp/sandbox-filter.ts'
import { thisMachine } from '../seccomp/this-machine.ts'
import { type Runsc, readRunsc } from './read-runsc.ts'

/** What the engine found on this host and made once for all its sandboxes. */
export interface PreparedGvisor extends RunDir {
  readonly program: (name: Program) => string
  readonly runsc: Runsc
  readonly places: readonly CgroupPlace[]
  /** For the kernel that the command sees: the sentry. */
  readonly filter: Buffer
  readonly inherited: readonly number[]
  /** How many processes and threads this machine can have. */
  readonly mostTasks: number
}

export interface GvisorSettings {
  readonly runDir: string
  readonly cgroupRoot?: string | undefined
  /** Absolute path of another runsc than the distribution's. */
  readonly runsc?: string | undefined
}

const required = ['bwrap', 'mkfifo', 'du', 'perl'] as const

/** Throws SandboxError `unavailable` with everything that is missing and the line that installs it. */
export async function prepareGvisor(settings: GvisorSettings): Promise<PreparedGvisor> {
  const wanted: readonly Program[] = settings.runsc === undefined ? [...required, 'runsc'] : required
  const programs = await findPrograms(wanted)
  const missing = wanted.filter((program) => !programs.has(program))
  if (missing.length > 0) throw new SandboxError('unavailable', missingText(missing))
  const program = (name: Program) => programs.get(name) ?? name
  const [runsc, places, made, most] = await Promise.all([
    readRunsc(settings.runsc ?? program('runsc'), program('bwrap')),
    findCgroupPlaces(settings.cgroupRoot),
    prepareRunDir(settings.runDir, program('mkfifo'), ownIdentity()),
    readFile('/proc/sys/kernel/pid_max', 'utf8'),
  ])
  const filter = sandboxFilter(thisMachine())
  return { ...made, program, runsc, places, filter, inherited: inheritedFiles(), mostTasks: Number(most) }
}
