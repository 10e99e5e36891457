import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type ExecRequest, type ExecResult, insidePaths } from '../../pipeline/ports/index.ts'
import { weighStart } from '../cgroup/weigh-start.ts'
import { insideEnvironment } from '../command/inside-environment.ts'
import { insideDoor } from '../command/launch-script.ts'
import { type Budget, createPhaseBudget } from '../command/phase-budget.ts'
import { proportionalMemory } from '../limits/proportional-memory.ts'
import type { HostUser } from '../process/command-line.ts'
import { runInBubblewrap } from '../process/run-in-bubblewrap.ts'
import type { SandboxParts, SandboxPlan } from '../process/set-up-sandbox.ts'
import { pipeNames } from '../process/spare-pipes.ts'
import type { SystemView } from '../process/system-view.ts'
import type { PinnedNamespace } from '../reaper/pin-namespace.ts'
import { sandboxMark } from '../reaper/sandbox-state.ts'
import { thisMachine } from '../seccomp/this-machine.ts'
import { gvisorCommand } from './gvisor-command.ts'
import { launcherArguments, launcherProgram } from './launcher/launcher-program.ts'
import { ociConfig } from './oci-config.ts'
import { insideLauncher, outerPaths, outerView } from './outer-view.ts'
import type { PreparedGvisor } from './prepare-gvisor.ts'
import { createSentryLog } from './sentry-log.ts'

export interface GvisorContext extends Omit<SandboxPlan, 'limits' | 'visible'> {
  readonly host: PreparedGvisor
  readonly view: SystemView
  /** The image's own variables. */
  readonly env: Readonly<Record<string, string>>
}

/** runsc's exit code for failures of its own. A command may have it too. */
const runscFailed = 128
const openFiles = 16_384
const launcherName = 'launcher'
/** Who a job is inside. Where the worker is no root its one user has to be root there, a root with no powers. */
const uidInside = (user: HostUser | null) => (user === null ? 0 : 1000)

/** Runs each command of one sandbox in a container of its own. */
export function createGvisorRunner(context: GvisorContext, parts: SandboxParts) {
  const { host, spec, now } = context
  const spend = createPhaseBudget(spec.limits, now)
  const namespaces: PinnedNamespace[] = []
  const configPath = join(parts.folder, 'config.json')
  const launcherPath = join(parts.folder, launcherName)
  let namespace = ''
  let memoryKills = 0
  let refusedForks = 0

  const isOverMemory = async () =>
    dataBytes(host, spec.limits) === null
      ? parts.group.memoryKills() > memoryKills
      : (await proportionalMemory(namespace)) > spec.limits.memoryBytes

  const overLimit = async () => {
    if (await isOverMemory()) return 'memory'
    return (await parts.disk.isOver()) ? 'disk' : null
  }

  const run = async (request: ExecRequest, left: Budget): Promise<Omit<ExecResult, 'durationMs'>> => {
    using start = weighStart(parts.group)
    const log = createSentryLog({ forwarder: spec.brokerSocket !== null, onBegin: start.over })
    const { config, launcher } = files(context, request)
    // It holds the command's variables, secrets among them. From when bwrap has it open it is on disk no more.
    writeFileSync(configPath, config, { mode: 0o600 })
    // Nothing in it is a secret, and what reads it out there is nobody. The umask must not matter.
    writeFileSync(launcherPath, launcher)
    chmodSync(launcherPath, 0o755)
    const end = await runInBubblewrap({
      command: command(context, parts),
      options: outerView(view(context, parts)),
      file: configPath,
      folder: parts.folder,
      stdin: request.stdin,
      user: null,
      request,
      ...left,
      log,
      doors: parts.group.doors,
      limit: parts.group.toBeMoved ? { add: parts.group.add, first: true } : null,
      onNamespace: (pinned) => {
        namespace = pinned.inode
        namespaces.push(pinned)
        parts.namespaces.add(pinned.inode)
        rmSync(configPath)
      },
      overLimit,
      failedToBegin: (code) => code === runscFailed && !log.began(),
    }).finally(() => rm(configPath, { force: true }))
    // A sentry that is refused a task of the host's dies. Commands inside meet a limit of their own before that.
    const refused = parts.group.refusedForks() > refusedForks
    memoryKills = parts.group.memoryKills()
    refusedForks = parts.group.refusedForks()
    // A sentry that died took the command with it; what runsc says then is no exit code of the command's.
    const death = { ended: refused ? 'processes' : 'exited', exitCode: null, signal: 'SIGKILL' } as const
    const died = end.ended === 'exited' && !log.ended() ? death : {}
    return { ...end, ...died, processes: log.events(), processesTruncated: log.truncated() }
  }

  return { run: (request: ExecRequest) => spend((left) => run(request, left)), namespaces: () => namespaces }
}

/** What is handed over as files: the container's configuration, and its first program. */
function files({ host, spec, user, env }: GvisorContext, request: ExecRequest) {
  const { limits } = spec
  const variables = { ...insideEnvironment([]), ...env, ...request.env }
  const config = ociConfig({
    root: outerPaths.image,
    cwd: insidePaths.workspace,
    argv: launcherArguments(insideLauncher, request.argv),
    env: variables,
    uid: uidInside(user),
    tmpBytes: Math.floor(Math.min(limits.memoryBytes / 2, limits.diskBytes)),
    // The sentry counts processes as their users know them; out here one of them is several.
    limits: { fileBytes: limits.diskBytes, openFiles, processes: limits.pids, dataBytes: dataBytes(host, limits) },
  })
  const launcher = launcherProgram({
    machine: thisMachine(),
    filter: host.filter,
    broker: spec.brokerSocket === null ? null : insideDoor,
    command: request.argv,
    searchPath: variables.PATH,
  })
  return { config: JSON.stringify(config), launcher }
}

/** Only where no cgroup holds the memory. */
function dataBytes(host: PreparedGvisor, limits: SandboxPlan['limits']): number | null {
  return host.places.some((place) => place.controllers.includes('memory')) ? null : limits.memoryBytes
}

function view({ host, spec, user, view: system }: GvisorContext, { id, folder, stage }: SandboxParts) {
  const { platform, path, sidecars } = host.runsc
  return {
    runsc: { platform, path: stage.find(path), sidecars: sidecars === null ? null : stage.find(sidecars) },
    bundle: sandboxMark(id),
    view: { ...system, root: stage.find(system.root) },
    workspace: stage.find(spec.workspace),
    home: stage.find(spec.home),
    tools: spec.tools.map(({ name, path }) => ({ name, path: stage.find(path) })),
    brokerSocket: spec.brokerSocket === null ? null : stage.find(spec.brokerSocket),
    trace: join(stage.find(folder), pipeNames.trace),
    launcher: join(stage.find(folder), launcherName),
    ownUser: user === null,
  }
}

function command(
  { host, spec, user, namespaces }: GvisorContext,
  { id, group, stage }: SandboxParts,
): readonly string[] {
  return gvisorCommand({
    programs: { bwrap: host.program('bwrap'), perl: host.program('perl') },
    enter: namespaces.enter(spec.workspace),
    user,
    staged: stage.staged,
    doors: group.doors.length,
    inherited: host.inherited,
    flags: host.runsc.flags({ socket: spec.brokerSocket !== null, trace: outerPaths.trace }),
    bundle: sandboxMark(id),
  })
}
