/** The system calls that the filter knows: their numbers per machine (null where there is none) and their treatment. */
export const machines = ['x64', 'arm64'] as const
export type Machine = (typeof machines)[number]

/** AUDIT_ARCH_* of linux/audit.h. */
export const auditArchitecture: Readonly<Record<Machine, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 }

/** Calls above this number are younger than this table: unknown, so answered as absent. */
export const lastKnownCall = 450

/**
 * `refuse` fails with EPERM; `absent` with ENOSYS, as if the kernel were older, so that libc and libuv take the calls
 * that a filter can look into; `inspect` depends on the arguments; `allow` is here for its number alone.
 */
export type Treatment = 'refuse' | 'absent' | 'inspect' | 'allow'

const table = {
  write: [1, 64, 'allow'],
  close: [3, 57, 'allow'],
  ioctl: [16, 29, 'inspect'],
  socket: [41, 198, 'inspect'],
  bind: [49, 200, 'allow'],
  listen: [50, 201, 'allow'],
  socketpair: [53, 199, 'inspect'],
  clone: [56, 220, 'inspect'],
  execve: [59, 221, 'allow'],
  wait4: [61, 260, 'allow'],
  ptrace: [101, 117, 'refuse'],
  syslog: [103, 116, 'refuse'],
  uselib: [134, null, 'refuse'],
  personality: [135, 92, 'inspect'],
  ustat: [136, null, 'refuse'],
  sysfs: [139, null, 'refuse'],
  vhangup: [153, 58, 'refuse'],
  modify_ldt: [154, null, 'refuse'],
  prctl: [157, 167, 'allow'],
  sched_setaffinity: [203, 122, 'allow'],
  pivot_root: [155, 41, 'refuse'],
  _sysctl: [156, null, 'refuse'],
  chroot: [161, 51, 'refuse'],
  acct: [163, 89, 'refuse'],
  settimeofday: [164, 170, 'refuse'],
  mount: [165, 40, 'refuse'],
  umount2: [166, 39, 'refuse'],
  swapon: [167, 224, 'refuse'],
  swapoff: [168, 225, 'refuse'],
  reboot: [169, 142, 'refuse'],
  sethostname: [170, 161, 'refuse'],
  setdomainname: [171, 162, 'refuse'],
  iopl: [172, null, 'refuse'],
  ioperm: [173, null, 'refuse'],
  create_module: [174, null, 'refuse'],
  init_module: [175, 105, 'refuse'],
  delete_module: [176, 106, 'refuse'],
  get_kernel_syms: [177, null, 'refuse'],
  query_module: [178, null, 'refuse'],
  quotactl: [179, 60, 'refuse'],
  nfsservctl: [180, 42, 'refuse'],
  lookup_dcookie: [212, 18, 'refuse'],
  llistxattr: [195, 12, 'allow'],
  lremovexattr: [198, 15, 'allow'],
  clock_settime: [227, 112, 'refuse'],
  kexec_load: [246, 104, 'refuse'],
  exit_group: [231, 94, 'allow'],
  add_key: [248, 217, 'refuse'],
  request_key: [249, 218, 'refuse'],
  keyctl: [250, 219, 'refuse'],
  ppoll: [271, 73, 'allow'],
  unshare: [272, 97, 'refuse'],
  perf_event_open: [298, 241, 'refuse'],
  name_to_handle_at: [303, 264, 'refuse'],
  open_by_handle_at: [304, 265, 'refuse'],
  setns: [308, 268, 'refuse'],
  process_vm_readv: [310, 270, 'refuse'],
  process_vm_writev: [311, 271, 'refuse'],
  prlimit64: [302, 261, 'allow'],
  kcmp: [312, 272, 'refuse'],
  finit_module: [313, 273, 'refuse'],
  kexec_file_load: [320, 294, 'refuse'],
  bpf: [321, 280, 'refuse'],
  userfaultfd: [323, 282, 'refuse'],
  io_uring_setup: [425, 425, 'absent'],
  io_uring_enter: [426, 426, 'absent'],
  io_uring_register: [427, 427, 'absent'],
  open_tree: [428, 428, 'refuse'],
  move_mount: [429, 429, 'refuse'],
  fsopen: [430, 430, 'refuse'],
  fsconfig: [431, 431, 'refuse'],
  fsmount: [432, 432, 'refuse'],
  fspick: [433, 433, 'refuse'],
  clone3: [435, 435, 'absent'],
  pidfd_getfd: [438, 438, 'refuse'],
  mount_setattr: [442, 442, 'refuse'],
  quotactl_fd: [443, 443, 'refuse'],
} as const satisfies Record<string, readonly [number, number | null, Treatment]>

export type SystemCall = keyof typeof table

export function systemCallNumber(call: SystemCall, machine: Machine): number | null {
  return table[call][machine === 'x64' ? 0 : 1]
}

/** The numbers of all calls with one treatment, on one kind of machine. */
export function callsToTreat(treatment: Treatment, machine: Machine): readonly number[] {
  return Object.values(table)
    .filter(([, , wanted]) => wanted === treatment)
    .flatMap(([x64, arm64]) => (machine === 'x64' ? x64 : (arm64 ?? [])))
}
