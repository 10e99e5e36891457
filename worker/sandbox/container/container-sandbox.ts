import { readFile } from 'node:fs/promises'
import type { Duplex } from 'node:stream'
import type { DestroyProof, ExecRequest, ExecResult, Sandbox } from '../../pipeline/ports/index.ts'
import { removeGroups } from '../cgroup/control-group.ts'
import { insideEnvironment } from '../command/inside-environment.ts'
import { insideDoor, launchCommand, launchEnvironment } from '../command/launch-script.ts'
import { type Budget, createPhaseBudget } from '../command/phase-budget.ts'
import { sequentialSandbox } from '../command/sequential-sandbox.ts'
import { unlinkedUsage } from '../limits/unlinked-usage.ts'
import { watchFolders } from '../limits/watch-folders.ts'
import { killAndWait } from '../reaper/kill-and-wait.ts'
import { removeSandboxState, sandboxMark } from '../reaper/sandbox-state.ts'
import { sandboxFilter } from '../seccomp/sandbox-filter.ts'
import { thisMachine } from '../seccomp/this-machine.ts'
import { openFiles } from './container-config.ts'
import { type ContainerPlace, findContainerPlace, findMembers } from './container-place.ts'
import type { EngineClient } from './engine-client.ts'
import { removeAndLook } from './remove-and-look.ts'
import { runInContainer } from './run-in-container.ts'
import { type Container, type ContainerContext, containerName, setUpContainer } from './set-up-container.ts'

const deathTimeoutMs = 15_000
const du = ['/usr/bin/du']

/**
 * One sandbox of class `container`: one container, started once for each command. The first start happens at once,
 * so that the first command finds it waiting; a later command starts it again. Commands run one at a time.
 */
export async function createContainerSandbox(context: ContainerContext): Promise<Sandbox> {
  const { host, spec, image } = context
  const { engine } = host
  const container = await setUpContainer(context)
  const { id, containerId } = container
  const places: ContainerPlace[] = []
  const namespaces = () => new Set(places.flatMap(({ namespace }) => namespace?.inode ?? []))
  const disk = watchFolders({
    ...{ folders: [spec.workspace, spec.home], limits: spec.limits, du, now: context.now },
    unlinked: (folders) => unlinkedUsage(namespaces(), folders),
  })
  const spend = createPhaseBudget(spec.limits, context.now)
  const filter = sandboxFilter(thisMachine())
  const see = async () => {
    const place = await look(engine, containerId)
    if (place !== null) places.push(place)
    return place
  }
  let waiting: Started | null = await startFirst(context, containerId, see).catch(async (error: unknown) => {
    await removeContainer(context, container, places)
    throw error
  })

  const run = async (request: ExecRequest, left: Budget): Promise<Omit<ExecResult, 'durationMs'>> => {
    const { connection, placed } = waiting ?? (await startContainer(engine, containerId, see))
    waiting = null
    const place = await placed
    const env = launchEnvironment({ ...insideEnvironment([]), ...image.built.env, ...request.env })
    const end = await runInContainer({
      ...{ engine, id: containerId, connection, request, left, place },
      order: { filter, env, argv: launch(context, id, request.argv) },
      overDisk: disk.isOver,
    })
    return { ...end, processes: [], processesTruncated: false }
  }

  return sequentialSandbox(id, {
    run: (request) => spend((left) => run(request, left)),
    remove: async () => {
      waiting?.connection.destroy()
      await waiting?.placed
      return removeContainer(context, container, places)
    },
  })
}

/** Looks at the container on the host, and remembers what it saw for when the container is removed. */
type See = () => Promise<ContainerPlace | null>

/** Its first process waits for its order. */
interface Started {
  readonly connection: Duplex
  /** Looked at while it waits: a short command would not leave the time for it. */
  readonly placed: Promise<ContainerPlace | null>
}

async function startFirst({ host, spec }: ContainerContext, id: string, see: See): Promise<Started> {
  const started = await startContainer(host.engine, id, see)
  try {
    await host.sight.check(id, spec)
    return started
  } catch (error) {
    started.connection.destroy()
    await started.placed
    throw error
  }
}

/** Connects before it starts: what is written in between would be lost. */
async function startContainer(engine: EngineClient, id: string, see: See): Promise<Started> {
  const connection = await engine.attach(id)
  // How it broke is told by the container's end.
  connection.on('error', () => {})
  try {
    await engine.start(id)
    return { connection, placed: see() }
  } catch (error) {
    connection.destroy()
    throw error
  }
}

async function look(engine: EngineClient, id: string): Promise<ContainerPlace | null> {
  const state = await engine.inspect(id).catch(() => null)
  return state === null ? null : findContainerPlace(id, state)
}

function launch({ host, spec }: ContainerContext, id: string, argv: readonly string[]): readonly string[] {
  const { limits } = host.facts
  const launchLimits = {
    fileBytes: spec.limits.diskBytes,
    openFiles,
    processes: limits.pids ? null : spec.limits.pids,
    dataBytes: limits.memory ? null : spec.limits.memoryBytes,
  }
  const broker = spec.brokerSocket === null ? null : insideDoor
  // The first process has put up the filter, also for the forwarder that the launcher leaves behind.
  return launchCommand({ mark: sandboxMark(id), limits: launchLimits, broker, argv })
}

/** Looks what is left instead of believing that nothing is. The state stays for the reaper if something is. */
async function removeContainer(
  { host }: ContainerContext,
  { id, containerId }: Container,
  places: readonly ContainerPlace[],
): Promise<DestroyProof> {
  const removed = await removeAndLook(host.engine, containerName(id), deathTimeoutMs)
  // An Engine that is gone leaves containers running: what the worker can see of them it ends itself.
  if (!removed) await killAndWait(findMembers(places), deathTimeoutMs)
  const processes = findMembers(places).length
  const folders = [...new Set(places.flatMap(({ groups }) => groups.map(({ folder }) => folder)))]
  const groups = (await removeGroups(folders)) + (removed ? 0 : 1)
  const marks = [containerId, ...places.flatMap(({ rootMount }) => rootMount ?? [])]
  const table = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n')
  const mounts = table.filter((line) => marks.some((mark) => line.includes(mark))).length
  for (const { namespace } of places) namespace?.[Symbol.dispose]()
  if (processes + mounts + groups === 0) await removeSandboxState(host.sandboxes, id)
  return { processes, mounts, groups }
}
