import type { LaunchLimits } from '../command/launch-script.ts'

export interface OciPlan {
  /** Where the root file system is found by runsc. */
  readonly root: string
  readonly cwd: string
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Whom the command runs as inside. */
  readonly uid: number
  /** Bytes that /tmp and /dev/shm may each hold. They are memory. */
  readonly tmpBytes: number
  /** Of each process inside; null: those that runsc has by itself. */
  readonly limits: LaunchLimits | null
}

/**
 * What runsc is told of one container, as the OCI's runtime specification has it. Pure. The root is not read-only
 * here, because the two writable folders are part of it: what may be written is decided by the mounts on the host.
 */
export function ociConfig(plan: OciPlan) {
  const none: string[] = []
  const memory = (destination: string) => ({
    ...{ destination, type: 'tmpfs', source: 'tmpfs' },
    options: ['nosuid', 'nodev', 'mode=1777', `size=${plan.tmpBytes}`],
  })
  return {
    ociVersion: '1.0.0',
    hostname: 'airlock',
    root: { path: plan.root, readonly: false },
    process: {
      ...{ terminal: false, cwd: plan.cwd, noNewPrivileges: true },
      user: { uid: plan.uid, gid: plan.uid },
      args: plan.argv,
      env: Object.entries(plan.env).map(([name, value]) => `${name}=${value}`),
      rlimits: plan.limits === null ? [] : resourceLimits(plan.limits),
      capabilities: { bounding: none, effective: none, inheritable: none, permitted: none, ambient: none },
    },
    mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }, memory('/tmp'), memory('/dev/shm')],
    linux: { namespaces: ['pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({ type })) },
  }
}

/** Core dumps are none: they would hold what the command held. */
function resourceLimits({ fileBytes, openFiles, processes, dataBytes }: LaunchLimits) {
  const limits = { CORE: 0, FSIZE: fileBytes, NOFILE: openFiles, NPROC: processes, DATA: dataBytes }
  return Object.entries(limits).flatMap(([name, most]) =>
    most === null ? [] : [{ type: `RLIMIT_${name}`, soft: Math.floor(most), hard: Math.floor(most) }],
  )
}
