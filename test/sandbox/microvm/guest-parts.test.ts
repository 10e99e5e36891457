import { describe, expect, it } from 'vitest'
import { extractVmlinux } from '../../../worker/sandbox/microvm/extract-vmlinux.ts'
import { createFrameReader, encodeFrame, GuestProtocolError } from '../../../worker/sandbox/microvm/guest-frames.ts'
import { orderModules, readDepends } from '../../../worker/sandbox/microvm/order-modules.ts'
import { packInitramfs } from '../../../worker/sandbox/microvm/pack-initramfs.ts'
import { type MachinePlan, machineLimits, qemuArguments } from '../../../worker/sandbox/microvm/qemu-arguments.ts'
import { roomyLimits } from '../battery/sandbox-bench.ts'

/** A kernel as Debian packs it: set-up sectors, then an LZ4 stream whose one block says "abc" over and over. */
function packedKernel(magic = 0x184c2102): Buffer {
  const block = Buffer.from([0x35, ...Buffer.from('abc'), 3, 0, 0x50, ...Buffer.from('-end-')])
  const stream = Buffer.alloc(8 + block.length + 4)
  stream.writeUInt32LE(magic, 0)
  stream.writeUInt32LE(block.length, 4)
  block.copy(stream, 8)
  const kernel = Buffer.alloc(1024 + stream.length)
  kernel.writeUInt8(1, 0x1f1)
  kernel.writeUInt32LE(stream.length, 0x24c)
  stream.copy(kernel, 1024)
  return kernel
}

describe('what a guest starts with', () => {
  it('is the kernel out of the package, whose patterns overlap', () => {
    expect(extractVmlinux(packedKernel()).toString()).toBe('abcabcabcabc-end-')
    expect(() => extractVmlinux(packedKernel(0x28b52ffd))).toThrow(RangeError)
  })

  it('has each module after those that it needs, and none twice', () => {
    const needs: Record<string, string[]> = { virtio: ['virtio_ring'], virtio_ring: [], blk: ['virtio', 'virtio-ring'] }

    expect(orderModules(['blk', 'virtio', 'built-in'], (name) => needs[name] ?? null)).toEqual([
      ...['virtio_ring', 'virtio', 'blk'],
    ])
    expect(readDepends(Buffer.from('\0license=GPL\0depends=a,b-c\0name=x\0'))).toEqual(['a', 'b-c'])
    expect(readDepends(Buffer.from('\0depends=\0'))).toEqual([])
  })

  it('is packed the same each time, in the form that the kernel reads', () => {
    const entries = [
      { path: 'bin', content: null },
      { path: 'init', content: Buffer.from('#!x'), executable: true },
    ]

    const archive = packInitramfs(entries)

    expect(archive.equals(packInitramfs(entries))).toBe(true)
    expect(archive.length % 4).toBe(0)
    expect(archive.toString('latin1')).toMatch(
      /^070701.{8}000041ed.*bin\0.*070701.{8}000081ed.*init\0.*#!x.*TRAILER!!!\0/s,
    )
  })
})

describe('a machine', () => {
  const plan: MachinePlan = {
    ...{ qemu: '/q', accelerator: 'tcg' as const, counterKhz: 2_000_000, mark: 'mark', kernel: '/k', initramfs: '/i' },
    from: 'boot',
    limits: { memoryBytes: 1024 ** 3, cpus: 1.5 },
    disks: [
      { serial: 'root', path: '/r' },
      { serial: 'data', path: '/d', writable: true },
    ],
  }

  it('has no network, no graphics, no monitor, QEMU’s own filter, and one disk that it can write to', () => {
    const words = qemuArguments(plan)
    const devices = words.filter((_, index) => words[index - 1] === '-device')

    expect(devices.map((device) => device.split(',')[0])).toEqual([
      ...['virtio-rng-device', 'virtio-blk-device', 'virtio-blk-device'],
      ...['virtio-serial-device', 'virtserialport', 'virtserialport'],
    ])
    expect(words.join(' ')).toContain('-nodefaults -no-user-config -display none -monitor none')
    expect(words.join(' ')).toContain('-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny')
    expect(words.filter((word) => word.includes('read-only=on'))).toHaveLength(1)
    expect(words[words.indexOf('-smp') + 1]).toBe('2')
  })

  it('is not told to move memory by single bytes where it is translated', () => {
    const processor = (accelerator: MachinePlan['accelerator']) => {
      const words = qemuArguments({ ...plan, accelerator })
      return words[words.indexOf('-cpu') + 1]
    }

    expect(processor('tcg')).toBe('max,-erms,-fsrm')
    expect(processor('kvm')).toMatch(/^host,/)
  })

  it('has what its job may use and what it needs itself, and the host holds it to the sum', () => {
    const memory = Number.parseInt(qemuArguments(plan)[qemuArguments(plan).indexOf('-m') + 1] ?? '', 10) * 1024 ** 2

    expect(memory).toBeGreaterThan(plan.limits.memoryBytes)
    expect(machineLimits({ ...roomyLimits, ...plan.limits }).memoryBytes).toBeGreaterThan(memory)
  })
})

describe('what a guest says', () => {
  const frame = (type: number, payload: Buffer) => {
    const header = Buffer.alloc(5)
    header.writeUInt8(type)
    header.writeUInt32BE(payload.length, 1)
    return Buffer.concat([header, payload])
  }

  it('is understood in whatever pieces it comes', () => {
    const bytes = Buffer.concat([
      frame(1, Buffer.alloc(0)),
      frame(4, Buffer.from('oops')),
      frame(5, Buffer.from([3, 0, 2])),
    ])
    const read = createFrameReader()

    const frames = [...bytes].flatMap((byte) => read(Buffer.from([byte])))

    expect(frames).toEqual([
      { kind: 'up' },
      { kind: 'output', stream: 'stderr', chunk: Buffer.from('oops') },
      { kind: 'end', code: 3, signal: 0, disk: false, memory: true },
    ])
  })

  it.each([
    ['a type that there is not', frame(9, Buffer.alloc(0))],
    ['an end of another length', frame(5, Buffer.alloc(2))],
    ['a frame of 4 GB', Buffer.from([3, 0xff, 0xff, 0xff, 0xff])],
  ])('is refused if it is %s', (_, bytes) => {
    expect(() => createFrameReader()(bytes)).toThrow(GuestProtocolError)
  })

  it('cannot be made by a NUL byte in what it is told', () => {
    const command = { kind: 'command', now: 1, argv: ['a', 'b\0c'], env: {} } as const

    expect(() => encodeFrame(command)).toThrow(TypeError)
    expect(
      encodeFrame({ ...command, argv: ['a', 'b'] })
        .subarray(5)
        .toString(),
    ).toBe('1000\x002\0a\0b\0')
  })
})
