import type { AttemptCase } from '../suite/attempt-case.ts'

type Place = readonly [name: string, attack: string, ...paths: string[]]

const opens =
  (how: 'O_RDONLY' | 'O_WRONLY' | 'O_RDWR') =>
  ([name, attack, ...paths]: Place): AttemptCase => ({
    ...{ name, attack, group: 'escape', judge: 'answer', control: 'root', onlyLooks: true, notEverywhere: true },
    inside: `opens_any(${how}, ${paths.map((path) => (path.includes('*') ? `glob('${path}')` : `'${path}'`)).join(', ')})`,
  })

/** Nothing is read from, or written to, any of these: that it opens is enough. */
const devices: readonly Place[] = [
  ['device-memory', "open the machine's memory", '/dev/mem', '/dev/kmem', '/dev/port'],
  ['device-kernel-log', "open the kernel's log", '/dev/kmsg'],
  ['device-kvm', "open the kernel's virtual machines", '/dev/kvm'],
  ['device-fuse', 'open a file system of its own making', '/dev/fuse'],
  ['device-loop-control', 'make a disk out of a file', '/dev/loop-control'],
  ['device-loop', 'open a disk that is a file', '/dev/loop0'],
  ['device-disk', "open the machine's disk", '/dev/vda', '/dev/sda', '/dev/nvme0n1', '/dev/xvda', '/dev/mmcblk0'],
  ['device-compressed-memory', 'open swap in memory', '/dev/zram0'],
  ['device-vhost', "open the host's side of virtual machines", '/dev/vhost-net', '/dev/vhost-vsock'],
  ['device-vsock', 'open the way to the hypervisor', '/dev/vsock'],
  ['device-userfaultfd', 'open the handler of page faults', '/dev/userfaultfd'],
  ['device-registers', "open the processor's registers", '/dev/cpu/0/msr'],
  ['device-mapper', 'open the device mapper', '/dev/mapper/control'],
  ['device-btrfs', 'open the control of btrfs', '/dev/btrfs-control'],
  ['device-automount', 'open the automounter', '/dev/autofs'],
  ['device-console', "open the machine's console", '/dev/console', '/dev/tty0', '/dev/ttyS0', '/dev/hvc0'],
  ['device-screen', "open the screen's text", '/dev/vcsa', '/dev/fb0'],
  ['device-graphics', 'open the graphics card', '/dev/vga_arbiter', '/dev/dri/card0'],
  ['device-latency', 'keep the processor from sleeping', '/dev/cpu_dma_latency'],
  ['device-random-source', 'open the source of randomness', '/dev/hwrng'],
]

const kernelFiles: readonly Place[] = [
  ['kernel-memory', "open the kernel's memory", '/proc/kcore'],
  ['kernel-messages', "open the kernel's messages", '/proc/kmsg'],
  ['page-flags', 'open what is in each page of memory', '/proc/kpageflags', '/proc/kpagecount'],
  ['kernel-slabs', "open what the kernel's memory holds", '/proc/slabinfo'],
  ['kernel-allocations', 'open where the kernel has its memory', '/proc/vmallocinfo'],
  ['timers', "open everybody's timers", '/proc/timer_list'],
  ['tracing', "open the kernel's tracing", '/sys/kernel/tracing/trace', '/sys/kernel/debug/tracing/trace'],
  ['firmware', "open the machine's firmware", '/sys/firmware/dmi/tables/DMI', '/sys/firmware/acpi/tables/DSDT'],
]

const settings: readonly Place[] = [
  ['set-core-pattern', 'have the host run a program when one crashes', '/proc/sys/kernel/core_pattern'],
  ['set-module-program', 'have the host run a program for a module', '/proc/sys/kernel/modprobe'],
  [
    'set-uevent-helper',
    'have the host run a program for a device',
    '/sys/kernel/uevent_helper',
    '/proc/sys/kernel/hotplug',
  ],
  ['set-panic', 'let the machine restart itself', '/proc/sys/kernel/panic'],
  ['set-address-randomness', 'switch off the randomness of addresses for all', '/proc/sys/kernel/randomize_va_space'],
  ['set-memory-policy', "change the kernel's memory policy", '/proc/sys/vm/overcommit_memory'],
  ['drop-caches', "drop the host's caches", '/proc/sys/vm/drop_caches'],
  ['set-open-files', 'change how many files the host may open', '/proc/sys/fs/file-max'],
  ['set-forwarding', 'let the host forward packets', '/proc/sys/net/ipv4/ip_forward'],
  ['register-format', 'have the host run a program for a file format', '/proc/sys/fs/binfmt_misc/register'],
  ['magic-keys', 'send a magic key to the kernel', '/proc/sysrq-trigger'],
  ['set-interrupts', 'change who serves interrupts', '/proc/irq/default_smp_affinity'],
  ['set-memory-ranges', "change the processor's memory ranges", '/proc/mtrr'],
  [
    'release-agent',
    'have the host run a program when a cgroup is empty',
    '/sys/fs/cgroup/*/release_agent',
    '/sys/fs/cgroup/release_agent',
  ],
  ['leave-cgroup', 'leave its cgroup', '/sys/fs/cgroup/*/cgroup.procs', '/sys/fs/cgroup/cgroup.procs'],
  [
    'raise-memory-limit',
    'raise its memory limit',
    '/sys/fs/cgroup/memory/memory.soft_limit_in_bytes',
    '/sys/fs/cgroup/memory.max',
    '/sys/fs/cgroup/memory/*/memory.limit_in_bytes',
  ],
  [
    'raise-cpu-limit',
    'raise its processor limit',
    '/sys/fs/cgroup/cpu/cpu.shares',
    '/sys/fs/cgroup/cpu.max',
    '/sys/fs/cgroup/cpu,cpuacct/cpu.shares',
  ],
  ['power', 'put the machine to sleep', '/sys/power/state', '/sys/power/pm_test', '/sys/kernel/reboot/mode'],
  ['processor-off', 'switch a processor off', '/sys/devices/system/cpu/cpu1/online'],
  ['huge-pages', "change the host's large pages", '/sys/kernel/mm/transparent_hugepage/enabled'],
  ['network-device-setting', 'change a network device', '/sys/class/net/lo/mtu'],
  ['disk-setting', 'change how a disk is used', '/sys/block/*/queue/scheduler'],
]

/** Devices, and files of the kernel that lead out of a sandbox. */
export const devicesAndSettings: readonly AttemptCase[] = [
  ...devices.map(opens('O_RDONLY')),
  ...kernelFiles.map(opens('O_RDONLY')),
  ...settings.map(opens('O_WRONLY')),
  {
    ...{ name: 'kernel-addresses', attack: 'learn where the kernel is in memory', group: 'escape' },
    ...{ judge: 'answer', control: 'root', notEverywhere: true },
    inside: `my ($at) = slurp('/proc/kallsyms') =~ /^([0-9a-f]*[1-9a-f][0-9a-f]*) [tT] /m; (defined $at, $at // 'nothing but zeros')`,
  },
  {
    ...{ name: 'never-killed', attack: 'be the last to be killed when memory ends', group: 'escape' },
    ...{ judge: 'answer', control: 'root', notEverywhere: true },
    inside: `open(my $f, '>', '/proc/self/oom_score_adj') or return (0, "$!"); syswrite($f, '-1000') ? (1, 'written') : (0, "$!")`,
  },
]
