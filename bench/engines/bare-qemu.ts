import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { roomyLimits } from '../../test/sandbox/battery/sandbox-bench.ts'
import { packInitramfs } from '../../worker/sandbox/microvm/pack-initramfs.ts'
import { prepareMicrovm } from '../../worker/sandbox/microvm/prepare-microvm.ts'
import { handedOver, qemuArguments } from '../../worker/sandbox/microvm/qemu-arguments.ts'
import type { Bare } from './bare.ts'

/** QEMU with the same kernel and options; the guest is busybox, which does what it is to do and switches off. */
export async function bareQemu(folder: string, runDir: string): Promise<Bare> {
  const { program, guest, accelerator: chosen } = await prepareMicrovm(runDir, null)
  const busybox = await readFile(join(dirname(guest.kernel), 'busybox'))
  return {
    name: 'qemu',
    async prepare({ line }) {
      const init = `#!/bin/busybox sh\n${line.replace('sleep', '/bin/busybox sleep')}\n/bin/busybox poweroff -f\n`
      const archive = packInitramfs([
        ...['bin', 'dev'].map((path) => ({ path, content: null })),
        { path: 'bin/busybox', content: busybox, executable: true },
        { path: 'init', content: Buffer.from(init), executable: true },
      ])
      const initramfs = join(await mkdtemp(join(folder, 'guest-')), 'initramfs')
      await writeFile(initramfs, archive)
      const argv = qemuArguments({
        ...{
          qemu: program('qemu-system-x86_64'),
          mark: 'bare',
          from: 'boot',
          limits: roomyLimits,
          disks: [],
          initramfs,
        },
        ...{ accelerator: chosen.accelerator, counterKhz: chosen.counterKhz, kernel: guest.kernel },
      })
      const options = { env: {}, cwd: '/', sockets: Object.keys(handedOver).length }
      return () => ({ argv, options, exec: null, end: null })
    },
  }
}
