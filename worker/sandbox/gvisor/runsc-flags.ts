/** Recorded by the sentry: what starts, what connects, and who is whose child. */
const traced = 'execve,execveat,connect,clone,clone3,fork,vfork'

const hostSockets = '--host-uds=open'

/** Flags that not every version knows. */
export const newerFlags = [
  // The default would keep what a job writes in a file of its own, beside the image.
  '--overlay2=none',
  // Without it the sentry opens the host's files itself; the gofer is there so that it need not.
  '--directfs=false',
  hostSockets,
] as const

export interface RunscUse {
  readonly platform: string
  /** True if the broker's socket is among what is shown, and may be connected to. */
  readonly socket: boolean
  /** Where the sentry writes its record. */
  readonly trace: string
}

/**
 * Flags for one container. Pure. `rootless` is for who runs it: nobody, with powers in a user namespace alone. Its
 * own cgroups are left out, because ours are around all of it.
 * @param known those of `newerFlags` that this runsc knows
 */
export function runscFlags(known: readonly string[], use: RunscUse): readonly string[] {
  return [
    ...['--rootless', '--network=none', '--ignore-cgroups', `--platform=${use.platform}`, '--root=/tmp/runsc'],
    ...['--debug-command=boot', '--debug-log-format=json', `--debug-log=${use.trace}`],
    ...['--strace', `--strace-syscalls=${traced}`],
    ...known.filter((flag) => flag !== hostSockets),
    ...(use.socket ? [known.includes(hostSockets) ? hostSockets : '--fsgofer-host-uds'] : []),
  ]
}
