import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hostUser } from '../../../worker/sandbox/host-user.ts'
import { requireImage } from '../../../worker/sandbox/image/require-image.ts'
import { packInitramfs } from '../../../worker/sandbox/microvm/pack-initramfs.ts'
import { prepareMicrovm } from '../../../worker/sandbox/microvm/prepare-microvm.ts'
import { startMachine } from '../../../worker/sandbox/microvm/start-machine.ts'
import { roomyLimits } from '../battery/sandbox-bench.ts'
import { builtImage, imageTimeoutMs } from '../images/built-image.ts'
import { guestTimeoutMs, microvmRunDir } from '../microvm/microvm-bench.ts'

const project = fileURLToPath(new URL('../../..', import.meta.url))
const script = relative(project, fileURLToPath(new URL('./version-2/try-limits.ts', import.meta.url)))
/** The first program of a guest that runs no job: root, with the disks of an image, of Node and of this project. */
const init = `#!/bin/busybox sh
b=/bin/busybox; read -r order </order; $b modprobe -a $order; $b mount -t devtmpfs none /dev
$b mount -t erofs -o ro /dev/vda /root; $b mount -t tmpfs none /root/run; cd /root/run; $b mkdir node project cgroup
$b mount -t erofs -o ro /dev/vdb node; $b mount -t erofs -o ro /dev/vdc project; $b mount -t cgroup2 none cgroup
$b mount -t proc none /root/proc; $b mount -t devtmpfs none /root/dev
$b chroot /root /run/node/bin/node /run/project/${script}; $b poweroff -f
`

// The machine that the suite runs on may have version 1 alone: a guest's kernel has version 2.
describe('control groups of version 2', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp('/tmp/airlock-version-2-')
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it(
    'hold memory and processes, count what they refused, and go',
    async () => {
      const user = process.getuid?.() === 0 ? hostUser('trial') : null
      const [host, images] = [await prepareMicrovm(microvmRunDir, user), await builtImage('minimal')]
      const own = join(folder, 'project')
      for (const path of ['worker', 'node_modules/zod', 'package.json', script]) {
        await mkdir(dirname(join(own, path)), { recursive: true })
        await cp(join(project, path), join(own, path), { recursive: true })
      }
      const disks = [
        await host.images.root(await requireImage(images, 'minimal')),
        (await host.images.tool(dirname(dirname(process.execPath)), join(folder, 'node.erofs'))).path,
        (await host.images.tool(own, join(folder, 'project.erofs'))).path,
      ]
      const initramfs = join(folder, 'initramfs')
      const first = packInitramfs([{ path: 'init', content: Buffer.from(init), executable: true }])
      await writeFile(initramfs, Buffer.concat([await readFile(host.guest.initramfs), first]))
      const machine = await startMachine({
        ...{ ...host.accelerator, program: host.program, user, mark: 'airlock-version-2', from: 'boot' },
        ...{ kernel: host.guest.kernel, initramfs, limits: roomyLimits, limit: async () => {} },
        disks: disks.map((path, index) => ({ serial: `disk${index}`, path })),
      })
      await machine.exited

      const seen = /^seen (.*?)\r?$/m.exec(machine.console())?.[1]
      expect(JSON.parse(seen ?? `"${machine.console().slice(-500)}"`)).toEqual({
        places: [{ version: 'cgroup-v2', controllers: expect.arrayContaining(['memory', 'pids', 'cpu']) }],
        ...{ little: 'survived', much: '', kills: { before: 0, areCounted: true } },
        ...{ forks: { areBounded: true, areCounted: true }, left: 0 },
      })
    },
    imageTimeoutMs + guestTimeoutMs,
  )
})
