/**
 * The seccomp filter of class `process`. Pure.
 *
 * What is refused is what namespaces leave open to an ordinary user: the keyring, which no namespace separates;
 * reading other processes; user namespaces and everything that builds on them; kernel interfaces with a record of
 * escapes. Refusals are errors, not deaths, so that programs fall back. A foreign architecture dies at once: its
 * calls have other numbers and would pass the table unseen.
 */
import {
  allow,
  assembleBpf,
  fail,
  type Instruction,
  ifAnyBit,
  ifAtLeast,
  ifEqual,
  ifGreater,
  killProcess,
  loadArchitecture,
  loadArgument,
  loadNumber,
  unlessEqual,
} from './assemble-bpf.ts'
import {
  auditArchitecture,
  callsToTreat,
  lastKnownCall,
  type Machine,
  type SystemCall,
  systemCallNumber,
} from './system-calls.ts'

const operationNotPermitted = 1
const notImplemented = 38
const protocolNotSupported = 93
const familyNotSupported = 97

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const newNamespaces = 0x7e020000
const socketFamily = { unix: 1, inet: 2, inet6: 10, netlink: 16 } as const
/** Any protocol of its own, TCP, UDP; SCTP, DCCP and the like would load kernel modules. */
const internetProtocols = [0, 6, 17]
/** Typing into a terminal that others read (TIOCSTI, TIOCLINUX), and loading line disciplines (TIOCSETD). */
const terminalTricks = [0x5412, 0x541c, 0x5423]
/** Plain Linux, and the value that only asks. */
const personalities = [0, 0xffffffff]

const eperm = fail(operationNotPermitted)

const oneOf = (values: readonly number[], otherwise: Instruction): Instruction[] => [
  ...values.flatMap((value) => ifEqual(value, [allow])),
  otherwise,
]

const internet = [loadArgument(2), ...oneOf(internetProtocols, fail(protocolNotSupported))]

const inspected: readonly (readonly [SystemCall, readonly Instruction[]])[] = [
  ['clone', [loadArgument(0), ...ifAnyBit(newNamespaces, [eperm]), allow]],
  ['ioctl', [loadArgument(1), ...terminalTricks.flatMap((request) => ifEqual(request, [eperm])), allow]],
  ['personality', [loadArgument(0), ...oneOf(personalities, eperm)]],
  ['socketpair', [loadArgument(0), ...oneOf([socketFamily.unix], fail(familyNotSupported))]],
  [
    'socket',
    [
      loadArgument(0),
      ...ifEqual(socketFamily.unix, [allow]),
      ...ifEqual(socketFamily.inet, internet),
      ...ifEqual(socketFamily.inet6, internet),
      // getifaddrs asks NETLINK_ROUTE, which is protocol 0; every other netlink family is closed.
      ...ifEqual(socketFamily.netlink, [loadArgument(2), ...oneOf([0], fail(protocolNotSupported))]),
      fail(familyNotSupported),
    ],
  ],
]

const rule = (call: SystemCall, machine: Machine, body: readonly Instruction[]) => {
  const number = systemCallNumber(call, machine)
  return number === null ? [] : ifEqual(number, body)
}

/** The filter for one kind of machine, ready to be handed to the kernel. */
export function sandboxFilter(machine: Machine): Buffer {
  return assembleBpf([
    loadArchitecture,
    ...unlessEqual(auditArchitecture[machine], [killProcess]),
    loadNumber,
    // x32 has x86-64's architecture, but numbers of its own from here on.
    ...ifAtLeast(0x40000000, [killProcess]),
    ...ifGreater(lastKnownCall, [fail(notImplemented)]),
    ...callsToTreat('refuse', machine).flatMap((number) => ifEqual(number, [eperm])),
    ...callsToTreat('absent', machine).flatMap((number) => ifEqual(number, [fail(notImplemented)])),
    ...inspected.flatMap(([call, body]) => rule(call, machine, body)),
    allow,
  ])
}
