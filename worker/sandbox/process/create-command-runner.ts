import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecRequest, ExecResult } from '../../pipeline/ports/index.ts'
import { forebears } from '../audit/forebears.ts'
import { parseTraceLine } from '../audit/parse-trace-line.ts'
import { createProcessLog } from '../audit/process-log.ts'
import { weighStart } from '../cgroup/weigh-start.ts'
import { insideEnvironment } from '../command/inside-environment.ts'
import { insideBrokerSocket, insideDoor, launchCommand, launchEnvironment } from '../command/launch-script.ts'
import { type Budget, createPhaseBudget } from '../command/phase-budget.ts'
import { residentMemory } from '../limits/resident-memory.ts'
import type { PinnedNamespace } from '../reaper/pin-namespace.ts'
import { sandboxMark } from '../reaper/sandbox-state.ts'
import { bubblewrapArguments, doorNumbers } from './bubblewrap-arguments.ts'
import { chainCommand } from './command-line.ts'
import type { SandboxContext } from './process-sandbox.ts'
import { parseProcessors } from './processors.ts'
import { runInBubblewrap } from './run-in-bubblewrap.ts'
import type { SandboxParts } from './set-up-sandbox.ts'
import { pipeNames } from './spare-pipes.ts'

export interface CommandRunner {
  run(request: ExecRequest): Promise<ExecResult>
  /** Every pid namespace that there has been. */
  namespaces(): readonly PinnedNamespace[]
}

const openFiles = 16_384
const maxLine = 64 * 1024
const nameServiceCache = '/var/run/nscd/socket'

/** Runs the commands of one sandbox and keeps account of what is left of its phase's time and output. */
export function createCommandRunner(context: SandboxContext, parts: SandboxParts): CommandRunner {
  const { host, spec, system, now } = context
  const { limits } = spec
  const held = new Set(host.places.flatMap((place) => place.controllers))
  const namespaces: PinnedNamespace[] = []
  const spend = createPhaseBudget(limits, now)
  let namespace = ''
  let memoryKills = 0

  const overLimit = async () => {
    if (
      held.has('memory')
        ? parts.group.memoryKills() > memoryKills
        : (await residentMemory(namespace)) > limits.memoryBytes
    ) {
      return 'memory'
    }
    return (await parts.disk.isOver()) ? 'disk' : null
  }

  const run = async (request: ExecRequest, left: Budget): Promise<Omit<ExecResult, 'durationMs'>> => {
    using start = weighStart(parts.group)
    const log =
      host.strace === null
        ? null
        : createProcessLog({
            parseLine: parseTraceLine,
            maxLine,
            launcher: sandboxMark(parts.id),
            silentSockets: [insideBrokerSocket, nameServiceCache],
            forebears,
            onBegin: start.over,
          })
    const end = await runInBubblewrap({
      command: command(request.argv),
      options: bubblewrapArguments({
        ...mounts(context, parts),
        env: launchEnvironment({ ...insideEnvironment(system.hostTools), ...system.env, ...request.env }),
      }),
      file: host.files.filter,
      folder: parts.folder,
      stdin: request.stdin,
      user: parts.stage.staged.length > 0 ? null : context.user,
      request,
      ...left,
      log,
      doors,
      limit: parts.group.toBeMoved ? { add: parts.group.add, first: host.strace === null } : null,
      onNamespace: (pinned) => {
        namespace = pinned.inode
        namespaces.push(pinned)
        parts.namespaces.add(pinned.inode)
        // Nothing will tell of the launcher's end.
        if (log === null) start.over()
      },
      overLimit,
      failedToBegin: () => false,
    })
    memoryKills = parts.group.memoryKills()
    return { ...end, processes: log?.events() ?? [], processesTruncated: log?.truncated() ?? false }
  }

  // strace works for the command, so its time is the command's; without it the launcher comes soon enough.
  const recorderDoor = host.strace === null ? null : parts.group.recorderDoor
  const doors = [...new Set([...parts.group.doors, ...(recorderDoor === null ? [] : [recorderDoor])])]
  const numbers = doorNumbers(doors.length)
  const entered = doors.indexOf(recorderDoor ?? '')

  const command = (argv: readonly string[]) => {
    const processors = host.strace === null || host.taskset === null ? null : severalProcessors()
    return chainCommand({
      programs: {
        bwrap: host.program('bwrap'),
        setpriv: host.program('setpriv'),
        sh: host.program('sh'),
        bash: host.program('bash'),
        perl: host.program('perl'),
        strace: host.strace,
      },
      inherited: host.inherited,
      trace: join(parts.stage.find(parts.folder), pipeNames.trace),
      user: context.user,
      enter: context.namespaces.enter(spec.workspace),
      staged: parts.stage.staged,
      doors: doors.length,
      entered: numbers[entered] ?? null,
      taskset: processors === null ? null : host.taskset,
      launch: launchCommand({
        mark: sandboxMark(parts.id),
        limits: {
          fileBytes: limits.diskBytes,
          openFiles,
          processes: held.has('pids') ? null : limits.pids,
          dataBytes: held.has('memory') ? null : limits.memoryBytes,
        },
        broker: spec.brokerSocket === null ? null : insideDoor,
        processors,
        doors: numbers.filter((_, index) => index !== entered),
        argv,
      }),
    })
  }

  return { run: (request) => spend((left) => run(request, left)), namespaces: () => namespaces }
}

/** What the command gets back after its way there was on one of them; null where there is one only. */
function severalProcessors(): string | null {
  const processors = parseProcessors(readFileSync('/proc/self/status', 'utf8'))
  return processors === null || processors.count < 2 ? null : processors.mask
}

function mounts({ host, spec, system }: SandboxContext, { stage }: SandboxParts) {
  return {
    view: { ...system.view, root: stage.find(system.view.root) },
    etc: system.etc === null ? null : stage.find(system.etc),
    emptyFolder: stage.find(host.files.emptyFolder),
    workspace: stage.find(spec.workspace),
    home: stage.find(spec.home),
    tools: [...spec.tools, ...system.hostTools].map(({ name, path }) => ({ name, path: stage.find(path) })),
    brokerSocket: spec.brokerSocket === null ? null : stage.find(spec.brokerSocket),
    tmpBytes: Math.floor(Math.min(spec.limits.memoryBytes / 2, spec.limits.diskBytes)),
  }
}
