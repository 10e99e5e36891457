import { randomBytes } from 'node:crypto'
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCommand } from '../../../worker/process/run-command.ts'
import { hostUser } from '../../../worker/sandbox/host-user.ts'
import { createDataDisk, type DataDisk } from '../../../worker/sandbox/microvm/data-disk.ts'
import { findPrograms, type Program } from '../../../worker/sandbox/process/find-programs.ts'
import { mebibyte, roomyLimits } from '../battery/sandbox-bench.ts'

/** Folders in folders, far beyond what a path can say, and in the last one a file that has a name at the top too. */
const nest = `
  my ($top, $uid) = @ARGV;
  chdir $top or die;
  open(my $file, '>', '../zz') or die; print $file 'at the bottom'; close $file;
  opendir(my $above, '..') or die;
  for (1 .. 1000) { mkdir 'd' x 20 or die; chown $uid, $uid, 'd' x 20; chdir 'd' x 20 or die }
  my ($name, $bottom) = ('zz', 'bottom');
  syscall(265, fileno $above, $name, -100, $bottom, 0) == 0 or die;
  chown $uid, $uid, 'bottom'`
const lookDown = `
  chdir $ARGV[0] or die;
  my $depth = 0;
  $depth++ while chdir 'd' x 20;
  open(my $file, '<', 'bottom') or die;
  print "$depth folders, then: ", <$file>`

describe('the disk of a job', () => {
  let folder: string
  let workspace: string
  let home: string
  let disk: DataDisk
  const plain = { below: null, enter: [] }
  const user = process.getuid?.() === 0 ? hostUser('diskjob00001') : null
  const give = async (path: string) => {
    if (user !== null) await chown(path, user.uid, user.gid)
  }

  beforeEach(async () => {
    folder = await mkdtemp('/tmp/airlock-disk-')
    await chmod(folder, 0o755)
    workspace = join(folder, 'workspace')
    home = join(folder, 'home')
    for (const path of [workspace, home]) {
      await mkdir(path)
      await give(path)
    }
    const names: readonly Program[] = ['mke2fs', 'bwrap', 'setpriv', 'perl']
    const programs = await findPrograms(names)
    const limits = { ...roomyLimits, diskBytes: 32 * mebibyte }
    const program = (name: Program) => programs.get(name) ?? name
    disk = await createDataDisk({
      path: join(folder, 'disk'),
      spec: { workspace, home, limits },
      user,
      program,
      ...plain,
    })
  })

  afterEach(async () => {
    // Node's own gives up where a path is longer than a call takes.
    await runCommand(['rm', '-rf', folder])
  })

  /** What a guest that has the disk to itself can do to it. */
  const tamper = (...commands: string[]) =>
    runCommand(['/usr/sbin/debugfs', '-w', '-f', '-', disk.path], { input: commands.join('\n') })

  async function plant(name: string, content: string | Buffer): Promise<string> {
    const path = join(workspace, name)
    await writeFile(path, content)
    await give(path)
    return path
  }

  it('gives the folders back as they were: contents, holes, links, names, locked files', async () => {
    const large = randomBytes(3 * mebibyte)
    await plant('large', large)
    await plant('-rf', '')
    await plant('line\nbreak \\ "x"', 'odd')
    await chmod(await plant('locked', 'secret'), 0o000)
    const sparse = await plant('sparse', '')
    await truncate(sparse, 20 * mebibyte)
    await symlink('/etc/passwd', join(home, 'link'))
    await disk.fill()
    for (const name of await readdir(workspace)) await rm(join(workspace, name))
    await plant('large', 'something else')
    await symlink('/etc', join(workspace, 'locked'))
    await rm(join(home, 'link'))

    await disk.bringOut()

    expect((await readdir(workspace)).sort()).toEqual(['-rf', 'large', 'line\nbreak \\ "x"', 'locked', 'sparse'].sort())
    expect((await readFile(join(workspace, 'large'))).equals(large)).toBe(true)
    expect((await lstat(join(workspace, 'locked'))).mode & 0o7777).toBe(0)
    const { size, blocks } = await stat(sparse)
    expect([size, blocks * 512 < mebibyte]).toEqual([20 * mebibyte, true])
    expect(await readlink(join(home, 'link'))).toBe('/etc/passwd')
  })

  it('brings out what has changed, and writes to nothing that a link leads to', async () => {
    await plant('stays', 'the same')
    await plant('goes', 'x')
    await mkdir(join(workspace, 'd'))
    await give(join(workspace, 'd'))
    await writeFile(join(folder, 'victim'), 'untouched')
    await disk.fill()
    const before = await stat(join(workspace, 'stays'))
    await tamper('rm /workspace/goes', 'symlink /workspace/out /etc', 'write /etc/hostname /workspace/d/new')
    await rm(join(workspace, 'd'), { recursive: true })
    await symlink(folder, join(workspace, 'd'))

    await disk.bringOut()

    expect((await readdir(workspace)).sort()).toEqual(['d', 'out', 'stays'])
    expect((await stat(join(workspace, 'stays'))).ino).toBe(before.ino)
    expect((await lstat(join(workspace, 'd'))).isDirectory()).toBe(true)
    expect(await readdir(join(workspace, 'd'))).toEqual(['new'])
    expect(await readFile(join(folder, 'victim'), 'utf8')).toBe('untouched')
  })

  it('brings out folders that lie deeper than any path reaches, with a file of two names far apart', async () => {
    const deep = join(workspace, 'deep')
    await mkdir(deep)
    await give(deep)
    await runCommand(['perl', '-e', nest, deep, String(user?.uid ?? -1)])
    await disk.fill()
    await runCommand(['rm', '-rf', deep])
    await plant('zz', 'something else')

    await disk.bringOut()

    const { stdout } = await runCommand(['perl', '-e', lookDown, deep])
    expect(stdout.toString()).toBe('1000 folders, then: at the bottom')
    expect(await readFile(join(workspace, 'zz'), 'utf8')).toBe('at the bottom')
    expect((await stat(join(workspace, 'zz'))).nlink).toBe(2)
  })

  it('takes no permission to become somebody, no device and no pipe off the disk', async () => {
    await plant('tool', '#!/bin/sh')
    await disk.fill()
    await tamper('set_inode_field /workspace/tool mode 0107777', 'cd /workspace', 'mknod device b 8 0', 'mknod pipe p')

    await disk.bringOut()

    expect(await readdir(workspace)).toEqual(['tool'])
    expect((await stat(join(workspace, 'tool'))).mode & 0o7777).toBe(0o777)
  })

  it.each([
    ['a folder that is in itself', 'in itself', ['mkdir /workspace/a', 'link /workspace /workspace/a/loop']],
    ['a file of more bytes than it may have', 'of more than', ['set_inode_field /workspace/file size 0x7fffffffffff']],
    ['a file whose blocks are not on the disk', 'extents', ['set_inode_field /workspace/file block[5] 0x7fffffff']],
    ['a file that is mapped in another way', 'form', ['set_inode_field /workspace/file flags 0']],
    ['no workspace', 'no folder', ['rm /workspace/file', 'rmdir /workspace', 'symlink /workspace /etc']],
    ['another file system', 'of ours', ['set_super_value inode_size 512']],
  ])('leaves the folders as they were when it finds %s', async (_, why, commands) => {
    await plant('file', 'as it was')
    await disk.fill()
    await disk.bringOut()
    await tamper(...commands, 'mkdir /home/new')

    const brought = disk.bringOut()

    await expect(brought).rejects.toMatchObject({ code: 'start-failed', message: expect.stringContaining(why) })
    expect(await readFile(join(workspace, 'file'), 'utf8')).toBe('as it was')
    expect(await readdir(home)).toEqual([])
  })

  it('refuses folders that do not fit, and says so', async () => {
    const file = await open(join(workspace, 'large'), 'w')
    for (let written = 0; written < 80; written++) await file.write(randomBytes(mebibyte))
    await file.close()
    await give(join(workspace, 'large'))

    await expect(disk.fill()).rejects.toMatchObject({
      code: 'start-failed',
      message: expect.stringContaining('do not fit'),
    })
  })
})
