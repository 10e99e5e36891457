import type { Limits } from '../../contract/index.ts'

const mebibyte = 1024 * 1024

/** Bytes that the guest's kernel and our processes in it take, on top of what the job may use. */
const guestOverheadBytes = 192 * mebibyte
/** What QEMU itself takes on the host: translated code, its own heap, its threads. */
const translatedMebibytes = 192
const hostOverheadBytes = 256 * mebibyte + translatedMebibytes * mebibyte
const maxProcessors = 16
/** Threads of QEMU besides the processors: input and output, and a pool for the disks. */
const hostThreads = 128

export type Accelerator = 'kvm' | 'tcg'

/** Numbers of the open files that QEMU is started with: a socket each for the ports of the guest. */
export const handedOver = { control: 3, broker: 4 } as const
/** One more: the state that the machine starts from, or the monitor of a machine whose state is to be kept. */
export const furtherFile = 5

/** Afresh; from a state; or afresh, so that its state can be kept: that one alone has a monitor. */
type StartingFrom = 'boot' | 'state' | 'boot-to-keep'

export interface MachinePlan {
  readonly qemu: string
  readonly accelerator: Accelerator
  /** kHz of the processor's time stamp counter; null where the guest can find out itself. */
  readonly counterKhz: number | null
  /** The word by which this machine is recognised on the host. */
  readonly mark: string
  readonly limits: Pick<Limits, 'memoryBytes' | 'cpus'>
  /** Paths as QEMU sees them. */
  readonly kernel: string
  readonly initramfs: string
  readonly from: StartingFrom
  /** The kernel says on the console what it does; otherwise only what goes wrong. */
  readonly verbose?: true
  readonly disks: readonly { readonly serial: string; readonly path: string; readonly writable?: true }[]
}

/** What the machine's process on the host may use: the guest's memory, and QEMU's own. */
export function machineLimits(limits: Limits): Limits {
  const memoryBytes = limits.memoryBytes + guestOverheadBytes + hostOverheadBytes
  return { ...limits, memoryBytes, pids: hostThreads + maxProcessors }
}

/**
 * QEMU's command line. Pure. No network device, no graphics, no firmware settings of the host, no monitor where a job is; the
 * ports are sockets that are open already, so QEMU makes no file.
 *
 * The interrupt controller and timer of old PCs are switched on because without them the guest's clock does not
 * start, and the counter's frequency is given because the guest would measure it, and on a busy host fail and hang.
 */
export function qemuArguments(plan: MachinePlan): readonly string[] {
  const further = { boot: [], state: ['-incoming', `fd:${furtherFile}`], 'boot-to-keep': monitor }[plan.from]
  return [...machineArguments(plan), ...further]
}

const monitor = ['-chardev', `socket,id=monitor,fd=${furtherFile}`, '-mon', 'chardev=monitor,mode=control']

/**
 * Without the promise that one instruction moves bytes fast: translated, it is a loop of single bytes, and a kernel and
 * a C library that believe it copy and clear all memory so.
 */
const translatedProcessor = 'max,-erms,-fsrm'

/** What has to be the same for a state to fit: everything but paths and names. */
function machineArguments(plan: MachinePlan): readonly string[] {
  const memory = Math.ceil((plan.limits.memoryBytes + guestOverheadBytes) / mebibyte)
  const processors = Math.min(maxProcessors, Math.max(1, Math.ceil(plan.limits.cpus)))
  const tcg = plan.accelerator === 'tcg'
  return [
    ...[plan.qemu, '-name', plan.mark, '-M', 'microvm,pit=on,pic=on,rtc=on,isa-serial=on,acpi=on,graphics=off'],
    ...['-accel', tcg ? `tcg,thread=multi,tb-size=${translatedMebibytes}` : 'kvm'],
    ...['-cpu', tcg ? translatedProcessor : 'host,-arch-capabilities', '-smp', String(processors), '-m', `${memory}M`],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-monitor', 'none', '-no-reboot'],
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    ...['-kernel', plan.kernel, '-initrd', plan.initramfs, '-append', kernelCommandLine(plan)],
    ...['-serial', 'stdio', '-rtc', 'base=utc,clock=host'],
    ...['-object', 'rng-random,id=random,filename=/dev/urandom', '-device', 'virtio-rng-device,rng=random'],
    ...plan.disks.flatMap((disk) => diskArguments(disk)),
    ...['-device', 'virtio-serial-device,max_ports=3'],
    ...Object.entries(handedOver).flatMap(([name, descriptor]) => [
      ...['-chardev', `socket,id=${name},fd=${descriptor}`],
      ...['-device', `virtserialport,chardev=${name},name=airlock.${name},nr=${descriptor - handedOver.control + 1}`],
    ]),
  ]
}

/**
 * A third of a translated start went into what no guest of ours uses: tests of the kernel's own ciphers, tracing,
 * certificates for modules, security modules without a policy, serial ports that are not there.
 */
const quickStart = [
  ...['rcupdate.rcu_expedited=1', '8250.nr_uarts=1', 'cryptomgr.notests=1', 'lsm=landlock,yama'],
  'initcall_blacklist=init_kprobe_trace,init_graph_tracefs,load_system_certificate_list',
]

function kernelCommandLine({ counterKhz, verbose }: MachinePlan): string {
  const console = ['console=ttyS0', verbose ? 'loglevel=7' : 'quiet']
  const counter = counterKhz === null ? [] : [`tsc_early_khz=${counterKhz}`, 'tsc=reliable']
  return [...console, 'panic=-1', 'oops=panic', 'random.trust_cpu=on', ...quickStart, ...counter].join(' ')
}

function diskArguments({ serial, path, writable }: MachinePlan['disks'][number]): string[] {
  const access = writable ? 'cache.no-flush=on,discard=unmap' : 'read-only=on'
  const drive = `driver=raw,node-name=${serial},file.driver=file,file.filename=${path},file.locking=off,${access}`
  return ['-blockdev', drive, '-device', `virtio-blk-device,drive=${serial},serial=${serial}`]
}
