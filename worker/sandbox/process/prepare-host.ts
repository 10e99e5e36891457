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
  const programs = await findPrograms([...requiredPrograms, 'strace'])
  const missing = requiredPrograms.filter((program) => !programs.has(program))
  if (missing.length > 0) throw new SandboxError('unavailable', missingText(missing))
  const program = (name: Program) => programs.get(name) ?? name
  const made = await prepareRunDir(runDir, program('mkfifo'), worker)
  const [places, files, view, strace] = await Promise.all([
    findCgroupPlaces(cgroupRoot),
    writeStaticFiles(join(runDir, 'static')),
    readHostView(),
    workingStrace(programs.get('strace')),
  ])
  return { ...made, program, strace, places, files, view, inherited: inheritedFiles() }
}

/** Containers often forbid tracing even where strace is installed. */
async function workingStrace(path: string | undefined): Promise<string | null> {
  if (path === undefined) return null
  try {
    await runCommand([path, '-f', '--seccomp-bpf', '-qq', '-e', 'trace=execve', '-o', '/dev/null', '/bin/true'], {
      timeoutMs: 10_000,
    })
    return path
  } catch (error) {
    if (error instanceof CommandError) return null
    throw error
  }
}
