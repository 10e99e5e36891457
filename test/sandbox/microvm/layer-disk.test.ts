import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Folders } from '../../../worker/pipeline/ports/index.ts'
import { runCommand } from '../../../worker/process/run-command.ts'
import { hostUser } from '../../../worker/sandbox/host-user.ts'
import { createDataDisk, type DataDisk } from '../../../worker/sandbox/microvm/data-disk.ts'
import { findPrograms, type Program } from '../../../worker/sandbox/process/find-programs.ts'
import { mebibyte, roomyLimits } from '../battery/sandbox-bench.ts'
import { expectsOverlay } from '../overlay/expects-overlay.ts'
import { createShownWorld, plantFile } from './shown-job.ts'

const large = randomBytes(mebibyte)

async function plant({ workspace, home }: Folders): Promise<void> {
  for (const name of ['d/a', 'd/b', 'e/x', 'kept']) await plantFile(workspace, name, `stored ${name}`)
  await plantFile(workspace, 'e/large', large)
  await plantFile(home, 'private', 'of the home')
  await symlink('/etc', join(workspace, 'etc'))
  await symlink('d', join(workspace, 'to-d'))
}

// As a worker that is not root does it, is in test/sandbox/microvm/ordinary-user.test.ts.
if (process.getuid?.() === 0 && expectsOverlay()) {
  describe('the disk of a job that has a layer on it', () => {
    let world: Awaited<ReturnType<typeof createShownWorld>>
    let workspace: string
    let disk: DataDisk
    const user = hostUser('layerjob0001')

    beforeEach(async () => {
      world = await createShownWorld(plant)
      const folders = await world.lay('layerjob0001', user, { own: 'own', 'd/own': 'own' })
      workspace = folders.workspace
      const programs = await findPrograms(['mke2fs', 'bwrap', 'setpriv', 'perl'])
      const limits = { ...roomyLimits, diskBytes: 32 * mebibyte }
      const program = (name: Program) => programs.get(name) ?? name
      const below = world.namespaces.layersOf(workspace)
      const path = join(world.root, 'disk')
      disk = await createDataDisk({ path, spec: { ...folders, limits }, user, program, below, enter: [] })
      await disk.fill()
    })

    afterEach(async () => {
      await world[Symbol.asyncDispose]()
    })

    /** What a guest whose kernel is its job's can do to it. */
    const tamper = (...commands: string[]) =>
      runCommand(['/usr/sbin/debugfs', '-w', '-f', '-', join(world.root, 'disk')], { input: commands.join('\n') })
    const redirect = (folder: string, to: string) => `ea_set ${folder} trusted.overlay.redirect "${to}"`

    it('has nothing on it of what is below, and brings nothing out where nothing has changed', async () => {
      const { stdout } = await runCommand(['/usr/sbin/debugfs', '-R', 'ls -p /workspace/d', join(world.root, 'disk')])
      await disk.bringOut()

      expect(stdout.toString()).toContain('/own/')
      expect(stdout.toString()).not.toContain('/a/')
      expect((await readdir(workspace)).sort()).toEqual(['d', 'e', 'etc', 'kept', 'own', 'to-d'])
      expect(await readdir(`${dirname(workspace)}-upper/workspace`)).toEqual(expect.arrayContaining(['d', 'own']))
      expect(await readdir(`${dirname(workspace)}-upper/workspace`)).toHaveLength(2)
    })

    it('hides what a whiteout names and all that is under an opaque folder, however they came there', async () => {
      const opaque = ['mkdir /workspace/e', 'ea_set /workspace/e trusted.overlay.opaque y']
      await tamper('cd /workspace', 'mknod kept c 0 0', ...opaque, 'cd d', 'rm own', 'mknod a c 0 0', 'mknod b b 8 0')

      await disk.bringOut()

      expect((await readdir(workspace)).sort()).toEqual(['d', 'e', 'etc', 'own', 'to-d'])
      expect([await readdir(join(workspace, 'd')), await readdir(join(workspace, 'e'))]).toEqual([[], []])
      expect(world.isAsStored()).toBe(true)
    })

    it('and control: an attribute of anybody’s, or of another value, hides nothing', async () => {
      const attributes = ['user.overlay.opaque y', 'trusted.overlay.opaque n', 'trusted.overlay.whiteout y']
      await tamper('mkdir /workspace/e', ...attributes.map((attribute) => `ea_set /workspace/e ${attribute}`))

      await disk.bringOut()

      expect(await readdir(join(workspace, 'e'))).toEqual(expect.arrayContaining(['x', 'large']))
    })

    it('shows a folder of what is stored in another place', async () => {
      await tamper(
        'mkdir /workspace/new',
        redirect('/workspace/new', '/d'),
        'mkdir /workspace/e',
        redirect('/workspace/e', 'd'),
      )

      await disk.bringOut()

      for (const name of ['new', 'e']) expect(await readdir(join(workspace, name))).toEqual(['a', 'b'])
      expect(await readFile(join(workspace, 'new/a'), 'utf8')).toBe('stored d/a')
      expect(world.isAsStored()).toBe(true)
    })

    it.each([
      ['a link', '/etc'],
      ['a folder behind a link', '/to-d'],
      ['the home', '/private'],
      ['a file', '/kept'],
      ['a folder of the host', '/usr/share'],
    ])('shows no folder from %s', async (_, to) => {
      await tamper('mkdir /workspace/new', redirect('/workspace/new', to))

      await disk.bringOut()

      expect(await readdir(join(workspace, 'new'))).toEqual([])
    })

    it.each(['/../home', '/d/../../home', '..', '/./d', '//d', '/', 'd/a', '../../upper/workspace/d'])(
      'leaves the folders as they were when a folder is said to be %s',
      async (to) => {
        await tamper('mkdir /workspace/new', redirect('/workspace/new', to), 'mkdir /home/other')

        await expect(disk.bringOut()).rejects.toMatchObject({ message: expect.stringContaining('from nowhere') })

        expect((await readdir(workspace)).sort()).toEqual(['d', 'e', 'etc', 'kept', 'own', 'to-d'])
      },
    )

    it('brings out no more than the disk may hold, though a guest shows one folder a hundred times', async () => {
      const twins = Array.from({ length: 100 }, (_, index) => [
        `mkdir /workspace/twin${index}`,
        redirect(`/workspace/twin${index}`, '/e'),
      ])
      await tamper(...twins.flat())

      await expect(disk.bringOut()).rejects.toMatchObject({ message: expect.stringContaining('more than') })

      expect(await readdir(workspace)).not.toContain('twin0')
    })

    it.each([
      ['beyond its end', ['set_inode_field /workspace/d file_acl 0x7fffffff'], 'not on the disk'],
      ['in a block of something else', ['set_inode_field /workspace/d file_acl 2'], 'damaged'],
    ])('leaves the folders as they were when attributes lie %s', async (_, commands, why) => {
      await tamper('mkdir /home/other', ...commands)

      await expect(disk.bringOut()).rejects.toMatchObject({ message: expect.stringContaining(why) })

      expect(await readdir(join(dirname(workspace), 'home'))).toEqual(['private'])
    })

    it('writes nothing through what was brought out before, and reads nothing through it', async () => {
      await writeFile(join(world.root, 'victim'), 'untouched')
      await tamper('rm /workspace/d/own', 'rmdir /workspace/d', `symlink /workspace/d ${world.root}`)
      await disk.bringOut()
      await tamper('rm /workspace/d', 'mkdir /workspace/d', 'cd /workspace/d', 'write /etc/hostname victim')

      await disk.bringOut()

      expect((await readdir(join(workspace, 'd'))).sort()).toEqual(['a', 'b', 'victim'])
      expect(await readFile(join(workspace, 'd/a'), 'utf8')).toBe('stored d/a')
      expect(await readFile(join(world.root, 'victim'), 'utf8')).toBe('untouched')
      expect(world.isAsStored()).toBe(true)
    })

    it('shows again what was stored, where something else was brought out over it before', async () => {
      await tamper(
        'mkdir /workspace/e',
        'ea_set /workspace/e trusted.overlay.opaque y',
        'write /etc/hostname /workspace/e/x',
      )
      await disk.bringOut()
      expect(await readFile(join(workspace, 'e/x'), 'utf8')).not.toBe('stored e/x')
      await tamper('rm /workspace/e/x', 'rmdir /workspace/e')

      await disk.bringOut()

      expect((await readdir(join(workspace, 'e'))).sort()).toEqual(['large', 'x'])
      expect(await readFile(join(workspace, 'e/x'), 'utf8')).toBe('stored e/x')
      expect((await readFile(join(workspace, 'e/large'))).equals(large)).toBe(true)
    })

    it('is read against the snapshot of the job, also when that was thrown away meanwhile', async () => {
      await rename(world.stored, `${world.root}/.trash`)
      await tamper('mkdir /workspace/new', redirect('/workspace/new', '/d'))

      await disk.bringOut()

      expect(await readdir(join(workspace, 'new'))).toEqual(['a', 'b'])
      await rm(join(world.root, 'disk'))
      await mkdir(world.stored)
    })
  })
}
