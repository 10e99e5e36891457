import {
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Folders } from '../../../worker/pipeline/ports/index.ts'
import { runCommand } from '../../../worker/process/run-command.ts'
import { hostUser } from '../../../worker/sandbox/host-user.ts'
import { createMicrovmEngine } from '../../../worker/sandbox/microvm/create-microvm-engine.ts'
import { packInitramfs } from '../../../worker/sandbox/microvm/pack-initramfs.ts'
import { prepareMicrovm } from '../../../worker/sandbox/microvm/prepare-microvm.ts'
import { startMachine } from '../../../worker/sandbox/microvm/start-machine.ts'
import { mebibyte, roomyLimits, runIn, shell } from '../battery/sandbox-bench.ts'
import { imageTimeoutMs } from '../images/built-image.ts'
import { expectsOverlay } from '../overlay/expects-overlay.ts'
import { createMicrovmBench, guestTimeoutMs, type MicrovmBench, microvmRunDir } from './microvm-bench.ts'
import { createShownWorld, plantFile } from './shown-job.ts'

const nothing = { processes: 0, mounts: 0, groups: 0 }
const patient = { timeout: guestTimeoutMs }
const longAgo = new Date('2020-02-02T02:02:02Z')

/** What a setup leaves, and what jobs do to it. */
async function plant({ workspace, home }: Folders): Promise<void> {
  for (const name of ['a/one', 'a/two', 'b/deep/one', 'c/x', 'c/y', 'e/f', 'g/h/i', 'z/one', 'z/two']) {
    await plantFile(workspace, `left/${name}`, name)
  }
  await plantFile(workspace, 'src/generated', 'by setup')
  await plantFile(home, '.cache/entry', 'cached')
  await symlink('/etc/passwd', join(workspace, 'left/link'))
  await link(join(workspace, 'left/c/x'), join(workspace, 'left/c/twin'))
  await chmod(join(workspace, 'left/e/f'), 0o751)
  await plantFile(workspace, 'left/secretive', 'locked')
  await chmod(join(workspace, 'left/secretive'), 0o400)
  await utimes(join(workspace, 'left/e/f'), longAgo, longAgo)
}

const own = { 'src/code': 'of the commit', README: 'of the commit' }

/** One command each; what is brought out after each has to fit what was brought out before it. */
const commands = [
  [
    'cd left; echo more >>a/one; rm a/two; rm -r b; mkdir b; echo new >b/file; rm link; mkdir link; echo in >link/x',
    "perl -e 'rename(qw(c d)) && rename(qw(e/f a/f)) && rename(qw(g/h moved)) or die $!'; ln d/x a/hard",
    'chmod 700 e; echo own >../src/code; rm ../README; mkfifo e/pipe; echo x >~/.cache/second; truncate -s 3m a/large',
    "perl -e 'rename(qw(z y)) or die $!'; mkdir z; echo stale >z/one; touch moved/i2",
  ].join('\n'),
  // What was renamed goes back to where it was, over what was made there meanwhile.
  "cd left; rm -r z; perl -e 'rename(qw(y z)) && rename(qw(d c)) && rename(qw(moved g/h)) or die $!'; echo 2 >c/y; rm a/one",
  "cd left; mv z/one z/three; perl -e 'rename(qw(b/file z/one)) && rename(qw(a nest)) && rename(qw(nest z/a)) or die $!'",
]

/** Everything in a folder, as the one that reads it for a commit could see it. */
async function treeOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {}
  for (const path of (await readdir(folder, { recursive: true })).sort()) {
    const at = join(folder, path)
    const facts = await lstat(at)
    const mode = (facts.mode & 0o7777).toString(8)
    if (facts.isSymbolicLink()) found[path] = `-> ${await readlink(at)}`
    else if (facts.isDirectory()) found[path] = mode
    else found[path] = `${mode} ${facts.isFile() ? (await readFile(at)).toString('base64').slice(0, 100) : 'other'}`
  }
  return found
}

/** The initial memory disk of a guest, with another first program: where two archives have a file, the second counts. */
async function ownGuest(initramfs: string, lines: readonly string[]): Promise<Buffer> {
  const begin = ['#!/bin/busybox sh', 'b=/bin/busybox; read -r order </order; $b modprobe -a $order']
  const init = [...begin, '$b mount -t devtmpfs none /dev', ...lines, '$b poweroff -f', ''].join('\n')
  const own = packInitramfs([{ path: 'init', content: Buffer.from(init), executable: true }])
  return Buffer.concat([await readFile(initramfs), own])
}

// Where there is no overlay to be had, every job has its copy: see test/seal.
if (expectsOverlay()) {
  describe('what setup left, in a guest', () => {
    let bench: MicrovmBench
    let world: Awaited<ReturnType<typeof createShownWorld>>

    beforeAll(async () => {
      bench = await createMicrovmBench()
      world = await createShownWorld(plant)
    }, imageTimeoutMs)

    afterAll(async () => {
      await bench[Symbol.asyncDispose]()
      await world[Symbol.asyncDispose]()
    }, guestTimeoutMs)

    async function shown(jobId: string, limits: Partial<typeof roomyLimits> = {}) {
      const { images } = bench
      const engine = createMicrovmEngine({ runDir: microvmRunDir, images, namespaces: world.namespaces, now: Date.now })
      const folders = await world.lay(jobId, engine.fileOwner(jobId), own)
      const spec = await bench.spec({ wallMs: guestTimeoutMs, ...limits }, { jobId, ...folders })
      return { folders, open: () => engine.create(spec) }
    }

    /** The same files, all of them the job's own. */
    async function copied(jobId: string) {
      const spec = await bench.spec({ wallMs: guestTimeoutMs }, { jobId })
      const { workspace, home } = spec
      for (const [part, folder] of Object.entries({ workspace, home })) {
        await runCommand(['cp', '-a', `${world.stored}/${part}/.`, folder])
      }
      for (const [path, content] of Object.entries(own)) {
        await plantFile(workspace, path, content)
        await chmod(join(workspace, path), 0o600)
      }
      await chmod(join(workspace, 'src'), 0o700)
      const owner = bench.engine.fileOwner(jobId)
      const given = owner === null ? [] : [workspace, home]
      for (const folder of given) await runCommand(['chown', '-hR', `${owner?.uid}:${owner?.gid}`, folder])
      return { folders: { workspace, home }, open: () => bench.engine.create(spec) }
    }

    it('comes out as from a copy whatever a job does to it, and stays as it was stored', patient, async () => {
      const [job, control] = [await shown('vmbelow00001'), await copied('vmbelow00002')]
      await using sandbox = await job.open()
      await using plain = await control.open()

      for (const line of commands) {
        const [run, other] = [await runIn(sandbox, shell(line)), await runIn(plain, shell(line))]
        expect(run).toMatchObject({ ended: 'exited', exitCode: 0, err: '' })
        expect(other).toMatchObject({ ended: 'exited', exitCode: 0, err: '' })
        expect(await treeOf(job.folders.workspace)).toEqual(await treeOf(control.folders.workspace))
        expect(await treeOf(job.folders.home)).toEqual(await treeOf(control.folders.home))
      }
      const seen = shell(
        'stat -c %Y /workspace/left/z/a/f; stat -c %u /workspace/left /workspace/left/c/x; cat /workspace/left/secretive',
      )

      expect((await runIn(sandbox, seen)).out).toBe(`${longAgo.getTime() / 1000}\n1000\n1000\nlocked`)
      expect(world.isAsStored()).toBe(true)
      expect(await sandbox.destroy()).toEqual(nothing)
    })

    it('is on one disk for all jobs, which is made anew when somebody has written to it', patient, async () => {
      const disk = join(world.stored, 'microvm-below.erofs')
      const open = async (jobId: string) => {
        await using sandbox = await (await shown(jobId)).open()
        const { out } = await runIn(sandbox, shell('cat left/g/h/i; cat ~/.cache/entry'))
        return { out, ino: (await stat(disk)).ino }
      }
      const first = await open('vmbelow00003')

      const second = await open('vmbelow00004')
      await chmod(disk, 0o644)
      await runCommand(['dd', 'if=/dev/zero', `of=${disk}`, 'bs=4096', 'count=4', 'conv=notrunc'])
      await chmod(disk, 0o444)
      const third = await open('vmbelow00005')

      expect([first.out, second.out, third.out]).toEqual(['g/h/icached', 'g/h/icached', 'g/h/icached'])
      expect(second.ino).toBe(first.ino)
      expect(third.ino).not.toBe(first.ino)
    })

    it(
      'is not written to by a guest whose kernel is its job’s; and control: the job’s own disk is',
      patient,
      async () => {
        const user = process.getuid?.() === 0 ? hostUser('trial') : null
        const { program, guest, accelerator } = await prepareMicrovm(microvmRunDir, user)
        const disks = ['below', 'data'].map((name) => join(bench.folder, `${name}.disk`))
        for (const path of disks) await writeFile(path, Buffer.alloc(mebibyte, 'as it was'))
        await chmod(disks[1] ?? '', 0o666)
        const write = (disk: string) =>
          `$b blockdev --setrw ${disk}; $b dd if=/order of=${disk} conv=fsync; echo tried ${disk}`
        const initramfs = join(bench.folder, 'own-initramfs')
        await writeFile(initramfs, await ownGuest(guest.initramfs, ['/dev/vda', '/dev/vdb'].map(write)))
        const machine = await startMachine({
          ...{ ...accelerator, program, user, mark: 'airlock-own-kernel', from: 'boot' },
          ...{ kernel: guest.kernel, initramfs, limits: roomyLimits, limit: async () => {} },
          disks: disks.map((path, index) => ({
            serial: `disk${index}`,
            path,
            ...(index === 1 ? { writable: true } : {}),
          })),
        })
        await machine.exited

        expect(machine.console()).toContain('tried /dev/vda')
        const [below, data] = await Promise.all(disks.map((path) => readFile(path)))
        expect(below?.equals(Buffer.alloc(mebibyte, 'as it was'))).toBe(true)
        expect(data?.subarray(0, 6).toString()).toBe('virtio')
      },
    )

    it('counts where the job’s disk is limited', patient, async () => {
      const bytes = (await stat(join(world.stored, 'microvm-below.erofs'))).blocks * 512
      const filling = (much: string, seconds: number) => shell(`head -c ${much} /dev/zero >file; sleep ${seconds}`)
      const some = await shown('vmbelow00006', { diskBytes: 24 * mebibyte + bytes })
      await using bounded = await some.open()
      const none = await shown('vmbelow00008', { diskBytes: bytes })
      await using full = await none.open()

      expect((await runIn(bounded, filling('20M', 3))).ended).toBe('exited')
      expect((await runIn(bounded, filling('28M', 60))).ended).toBe('disk')
      expect((await runIn(full, shell('true'))).ended).toBe('disk')
    })

    it('is copied where what lies above says in attributes that it hides something', patient, async () => {
      const job = await shown('vmbelow00009')
      const folder = join(job.folders.workspace, 'left/c')
      await runCommand(['rm', '-r', folder])
      await mkdir(folder)
      const owner = bench.engine.fileOwner('vmbelow00009')
      if (owner !== null) await chown(folder, owner.uid, owner.gid)
      await using sandbox = await job.open()

      const { out } = await runIn(sandbox, shell('ls left/c; ls left/a; grep -c overlay /proc/mounts'))

      expect(out).toBe('one\ntwo\n0\n')
      expect(await readdir(folder)).toEqual([])
    })
  })
}
