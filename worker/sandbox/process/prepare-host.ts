import { join } from 'node:path'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { CommandError, runCommand } from '../../process/run-command.ts'
import { findCgroupPlaces } from '../cgroup/find-cgroup-places.ts'
import type { CgroupPlace } from '../cgroup/parse-cgroup-mounts.ts'
import type { ProcessIdentity } from '../reaper/process-identity.ts'
import { findPrograms, missingText, type Program, requiredPrograms } from './find-programs.ts'
import { inheritedFiles } from './inherited-files.ts'
import { prepareRunDir, type RunDir } from './prepare-run-dir.ts'
import { type StaticFiles, writeStaticFiles } from './static-files.ts'
import { readHostView, type SystemView } from './system-view.ts'

/** What the engine found on this host and made once for all its sandboxes. */
export interface PreparedHost extends RunDir {
  readonly program: (name: (typeof requiredPrograms)[number]) => string
  /** Null where there is none, or where it may not trace. */
  readonly strace: string | null
  /** Null where there is none, or where it may not choose processors. */
  readonly taskset: string | null
  readonly places: readonly CgroupPlace[]
  readonly files: StaticFiles
  /** What image `host` shows of it. */
  readonly view: SystemView
  /** Open files of the worker that must not get into a sandbox. */
  readonly inherited: readonly number[]
}

/** Throws SandboxError `unavailable` with everything that is missing and the line that installs it. */
export async function prepareHost(
  runDir: string,
  cgroupRoot: string | undefined,
  worker: ProcessIdentity,
): Promise<PreparedHost> {
  const programs = await findPrograms([...requiredPrograms, 'strace', 'taskset'])
  const missing = requiredPrograms.filter((program) => !programs.has(program))
  if (missing.length > 0) throw new SandboxError('unavailable', missingText(missing))
  const program = (name: Program) => programs.get(name) ?? name
  const made = await prepareRunDir(runDir, program('mkfifo'), worker)
  const [places, files, view, strace, taskset] = await Promise.all([
    findCgroupPlaces(cgroupRoot),
    writeStaticFiles(join(runDir, 'static')),
    readHostView(),
    working(programs.get('strace'), straceTrial),
    working(programs.get('taskset'), tasksetTrial),
  ])
  return { ...made, program, strace, taskset, places, files, view, inherited: inheritedFiles() }
}

const straceTrial = ['-f', '--seccomp-bpf', '-qq', '-e', 'trace=execve', '-o', '/dev/null', '/bin/true']
/** Any processors: the kernel takes those of them that there are. */
const tasksetTrial = ['ffffffff', '/bin/true']

/** Containers often forbid tracing, and services the choice of processors, even where the program is installed. */
async function working(path: string | undefined, trial: readonly string[]): Promise<string | null> {
  if (path === undefined) return null
  try {
    await runCommand([path, ...trial], { timeoutMs: 10_000 })
    return path
  } catch (error) {
    if (error instanceof CommandError) return null
    throw error
  }
}
