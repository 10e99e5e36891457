import { describe, expect, it } from 'vitest'
import { assembleBpf, fail, ifEqual } from '../../../worker/sandbox/seccomp/assemble-bpf.ts'
import { sandboxFilter } from '../../../worker/sandbox/seccomp/sandbox-filter.ts'
import {
  auditArchitecture,
  callsToTreat,
  machines,
  type SystemCall,
  systemCallNumber,
} from '../../../worker/sandbox/seccomp/system-calls.ts'
import { runBpf } from './run-bpf.ts'

const i386 = 0x40000003
const high = 0x1_0000_0000n
const readCall = { x64: 0, arm64: 63 } as const
const [eperm, enosys, eprotonosupport, eafnosupport] = ['errno 1', 'errno 38', 'errno 93', 'errno 97']

describe.each(machines)('the filter for %s', (machine) => {
  const filter = sandboxFilter(machine)
  const architecture = auditArchitecture[machine]
  const number = (call: SystemCall) => systemCallNumber(call, machine) ?? -1
  const verdict = (call: SystemCall, ...args: (number | bigint)[]) =>
    runBpf(filter, { number: number(call), architecture, arguments: args.map(BigInt) })

  it('lets ordinary calls through', () => {
    const ordinary = [readCall[machine], ...(machine === 'x64' ? [1, 59, 202] : [64, 221, 98])]

    const verdicts = ordinary.map((call) => runBpf(filter, { number: call, architecture }))

    expect(verdicts).toEqual(ordinary.map(() => 'allow'))
  })

  it('kills a call by the numbers of another architecture, which the table would not see', () => {
    const foreign = machine === 'x64' ? auditArchitecture.arm64 : auditArchitecture.x64

    expect(runBpf(filter, { number: readCall[machine], architecture: i386 })).toBe('kill')
    expect(runBpf(filter, { number: readCall[machine], architecture: foreign })).toBe('kill')
    expect(runBpf(filter, { number: 0x40000000 + 101, architecture })).toBe('kill')
  })

  it('refuses every call that the table says to refuse', () => {
    const refused = callsToTreat('refuse', machine)

    expect(refused.length).toBeGreaterThan(35)
    for (const call of refused) expect(runBpf(filter, { number: call, architecture })).toBe(eperm)
  })

  it.each(['keyctl', 'ptrace', 'mount', 'unshare', 'setns', 'bpf', 'userfaultfd', 'pidfd_getfd'] as const)(
    'refuses %s',
    (call) => {
      expect(verdict(call)).toBe(eperm)
    },
  )

  it('answers as if io_uring, clone3 and everything younger than the table did not exist', () => {
    expect(verdict('clone3')).toBe(enosys)
    expect(verdict('io_uring_setup')).toBe(enosys)
    expect(runBpf(filter, { number: 451, architecture })).toBe(enosys)
    expect(runBpf(filter, { number: 0x3fffffff, architecture })).toBe(enosys)
  })

  it('refuses clone with any namespace, and allows threads and forks', () => {
    const namespaces = [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000]

    expect(namespaces.map((flag) => verdict('clone', flag | 17))).toEqual(namespaces.map(() => eperm))
    expect(verdict('clone', 0x3d0f00)).toBe('allow')
    expect(verdict('clone', 0x1200011)).toBe('allow')
  })

  it('allows only the socket families that programs need', () => {
    expect([1, 2, 10].map((family) => verdict('socket', family, 1, 0))).toEqual(['allow', 'allow', 'allow'])
    expect([17, 38, 40, 44, 15, 21, 30].map((family) => verdict('socket', family, 3, 0))).toEqual(
      Array.from({ length: 7 }, () => eafnosupport),
    )
    expect(verdict('socket', 16, 3, 0)).toBe('allow')
    expect(verdict('socket', 16, 3, 9)).toBe(eprotonosupport)
    expect([6, 17].map((protocol) => verdict('socket', 2, 1, protocol))).toEqual(['allow', 'allow'])
    expect(verdict('socket', 2, 1, 132)).toBe(eprotonosupport)
    expect(verdict('socketpair', 1, 1, 0)).toBe('allow')
    expect(verdict('socketpair', 30, 1, 0)).toBe(eafnosupport)
  })

  it('compares 32 bits of an argument, as the kernel does (CVE-2019-10063)', () => {
    expect(verdict('ioctl', 0, 0x5412n)).toBe(eperm)
    expect(verdict('ioctl', 0, high | 0x5412n)).toBe(eperm)
    expect(verdict('ioctl', 0, 0x541cn)).toBe(eperm)
    expect(verdict('ioctl', 0, 0x5413n)).toBe('allow')
    expect(verdict('socket', high | 40n, 1n, 0n)).toBe(eafnosupport)
    expect(verdict('clone', high | 0x10000011n)).toBe(eperm)
  })

  it('lets a program ask for its personality, not change it', () => {
    expect(verdict('personality', 0)).toBe('allow')
    expect(verdict('personality', 0xffffffff)).toBe('allow')
    expect(verdict('personality', 0x0400000)).toBe(eperm)
  })
})

describe('the assembler', () => {
  it('refuses a jump that would not reach', () => {
    const long = Array.from({ length: 256 }, () => fail(1))

    expect(() => ifEqual(1, long)).toThrow(RangeError)
    expect(assembleBpf(ifEqual(1, long.slice(1)))).toHaveLength(256 * 8)
  })
})
