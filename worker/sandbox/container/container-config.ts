import type Dockerode from 'dockerode'
import { insidePaths, type SandboxSpec } from '../../pipeline/ports/index.ts'
import { cpuShares } from '../cgroup/group-settings.ts'
import { insideBrokerSocket } from '../command/launch-script.ts'
import type { EngineFacts } from './engine-facts.ts'
import { firstProcess } from './first-process.ts'

export interface ContainerPlan {
  readonly name: string
  /** As the Engine knows it. */
  readonly image: string
  readonly runtime: string
  readonly spec: SandboxSpec
  readonly user: { readonly uid: number; readonly gid: number }
  /** Files of the host that lie over the image's in /etc, by their names there. */
  readonly etc: readonly { readonly name: string; readonly path: string }[]
  readonly labels: Readonly<Record<string, string>>
  /** What the Engine can hold; what it cannot would be refused, or dropped in silence. */
  readonly limits: EngineFacts['limits']
}

/** Open files at most: what class process has. Podman's own default is often more than its service may set. */
export const openFiles = 16_384
const userProcesses = 16_384

const billion = 1_000_000_000

/** What the Engine is asked for. Pure. */
export function containerConfig(plan: ContainerPlan): Dockerode.ContainerCreateOptions {
  const { spec, user, limits } = plan
  return {
    name: plan.name,
    Image: plan.image,
    Entrypoint: [...firstProcess().slice(0, 1)],
    Cmd: [...firstProcess().slice(1)],
    Env: [],
    User: `${user.uid}:${user.gid}`,
    WorkingDir: insidePaths.workspace,
    Hostname: 'airlock',
    Labels: { ...plan.labels },
    Tty: false,
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      Runtime: plan.runtime,
      NetworkMode: 'none',
      IpcMode: 'none',
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      ReadonlyRootfs: true,
      // Output goes to the worker alone. The Engine's log would be a second copy, without a limit.
      LogConfig: { Type: 'none', Config: {} },
      ...limitSettings(spec, limits, sharesKernel(plan.runtime)),
      Ulimits: [
        { Name: 'nofile', Soft: openFiles, Hard: openFiles },
        { Name: 'core', Soft: 0, Hard: 0 },
        // Not the job's limit, which is the cgroup's: this one counts all that the user runs on the host.
        { Name: 'nproc', Soft: userProcesses, Hard: userProcesses },
      ],
      Tmpfs: { '/tmp': tmpfs(spec), '/dev/shm': tmpfs(spec) },
      Mounts: mounts(plan),
    },
  }
}

/** Runtimes that are known to run a container's processes as processes of the host. */
export const sharesKernel = (runtime: string) => ['runc', 'crun', 'io.containerd.runc.v2'].includes(runtime)

/** A process in a kernel of its own is up to three tasks of the host, and that kernel has some itself. */
const hostTasks = (processes: number) => processes * 3 + 512

function limitSettings({ limits }: SandboxSpec, can: EngineFacts['limits'], shared: boolean) {
  return {
    // The same for both: no swap, or memory would only move there.
    ...(can.memory ? { Memory: limits.memoryBytes, MemorySwap: limits.memoryBytes } : {}),
    ...(can.cpu ? { NanoCpus: Math.floor(limits.cpus * billion), CpuShares: cpuShares } : {}),
    ...(can.pids ? { PidsLimit: shared ? limits.pids : hostTasks(limits.pids) } : {}),
  }
}

function tmpfs({ limits }: SandboxSpec): string {
  const bytes = Math.floor(Math.min(limits.memoryBytes / 2, limits.diskBytes))
  return `rw,exec,nosuid,nodev,size=${bytes},mode=1777`
}

/** All that is seen of the host. The Engine's own socket is never among it. */
function mounts({ spec, etc }: ContainerPlan): Dockerode.MountConfig {
  const bind = (Source: string, Target: string, ReadOnly: boolean): Dockerode.MountSettings => ({
    ...{ Type: 'bind', Source, Target, ReadOnly },
    BindOptions: { Propagation: 'rprivate' },
  })
  return [
    bind(spec.workspace, insidePaths.workspace, false),
    bind(spec.home, insidePaths.home, false),
    ...spec.tools.map(({ name, path }) => bind(path, `${insidePaths.tools}/${name}`, true)),
    ...etc.map(({ name, path }) => bind(path, `/etc/${name}`, true)),
    ...(spec.brokerSocket === null ? [] : [bind(spec.brokerSocket, insideBrokerSocket, true)]),
  ]
}
