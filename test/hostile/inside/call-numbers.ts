import { type SystemCall, systemCallNumber } from '../../../worker/sandbox/seccomp/system-calls.ts'
import { thisMachine } from '../../../worker/sandbox/seccomp/this-machine.ts'

/** Calls that the product's filter knows by name. */
const filtered: readonly SystemCall[] = [
  ...(['acct', 'add_key', 'bpf', 'chroot', 'clone', 'clone3', 'delete_module', 'finit_module', 'fsconfig'] as const),
  ...(['fsmount', 'fsopen', 'fspick', 'init_module', 'io_uring_setup', 'ioctl', 'ioperm', 'iopl', 'kcmp'] as const),
  ...(['kexec_load', 'keyctl', 'modify_ldt', 'mount', 'mount_setattr', 'move_mount', 'name_to_handle_at'] as const),
  ...([
    'open_by_handle_at',
    'open_tree',
    'perf_event_open',
    'personality',
    'pidfd_getfd',
    'pivot_root',
    'prctl',
  ] as const),
  ...(['prlimit64', 'process_vm_readv', 'process_vm_writev', 'ptrace', 'quotactl', 'reboot', 'request_key'] as const),
  ...(['setdomainname', 'sethostname', 'setns', 'settimeofday', 'socket', 'swapoff', 'swapon', 'syslog'] as const),
  ...(['umount2', 'unshare', 'userfaultfd', 'vhangup'] as const),
]

/** Calls that the filter lets through, where something else has to stand in the way: x64, arm64. */
const unfiltered = {
  adjtimex: [159, 171],
  capset: [126, 91],
  fanotify_init: [300, 262],
  getpriority: [140, 141],
  ioprio_set: [251, 30],
  memfd_create: [319, 279],
  mknodat: [259, 33],
  mq_open: [240, 180],
  mq_timedreceive: [243, 183],
  mq_timedsend: [242, 182],
  msgget: [68, 186],
  msgrcv: [70, 188],
  msgsnd: [69, 189],
  pidfd_open: [434, 434],
  pidfd_send_signal: [424, 424],
  sched_setattr: [314, 274],
  sched_setscheduler: [144, 119],
  seccomp: [317, 277],
  setgroups: [116, 159],
  setresuid: [117, 147],
  setxattr: [188, 5],
  shmat: [30, 196],
  shmget: [29, 194],
} as const

/** NAME=NUMBER for every system call that an attempt may make on this machine. */
export function callArguments(): readonly string[] {
  const machine = thisMachine()
  const known = filtered.flatMap((call) => {
    const number = systemCallNumber(call, machine)
    return number === null ? [] : [`${call}=${number}`]
  })
  const others = Object.entries(unfiltered).map(([call, [x64, arm64]]) => `${call}=${machine === 'x64' ? x64 : arm64}`)
  return [...known, ...others]
}
