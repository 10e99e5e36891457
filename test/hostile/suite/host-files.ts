import { chmod, chown, lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Canary, planted } from './canary.ts'

export interface FileOwner {
  readonly uid: number
  readonly gid: number
}

/** Files of the host that attempts try to read, change or add to. */
export interface HostFiles {
  readonly places: Readonly<Record<string, string>>
  /** The names of attempts that left something, or changed what is theirs to change, since the last time of asking. */
  changed(workspace: string): Promise<ReadonlySet<string>>
}

const untouched = 'untouched'

/** `names` are the attempts that each get a file of the host to attack. */
export async function layHostFiles(
  folder: string,
  names: readonly string[],
  canary: Canary,
  otherJob: FileOwner | null,
): Promise<HostFiles> {
  const place = (name: string) => join(folder, name)
  const [drop, victims, other, home] = [place('drop'), place('victims'), place('other-job'), place('worker-home')]
  for (const open of [drop, victims]) await makeFolder(open, 0o777)
  await makeFolder(other, 0o700)
  await makeFolder(home, 0o700)
  await writeFile(place('open-file'), planted(canary, 'file'))
  await chmod(place('open-file'), 0o666)
  await writeFile(join(other, 'notes.txt'), planted(canary, 'job'))
  if (otherJob !== null) await chown(other, otherJob.uid, otherJob.gid)
  for (const name of ['.npmrc', '.netrc']) await writeFile(join(home, name), planted(canary, 'home'))
  const restore = () => restoreVictims(victims, names)
  await restore()

  return {
    places: {
      open_file: place('open-file'),
      other_workspace: other,
      worker_home: home,
      look_in: folder,
      ...{ drop, victims },
    },
    changed: async (workspace) => {
      const left = [...(await empty(drop, names)), ...(await empty(other, names))]
      const special = await specialFiles(workspace)
      const touched = await Promise.all(
        names.map(async (name) => ((await isTouched(join(victims, name))) ? [name] : [])),
      )
      await restore()
      return new Set([...left, ...special, ...touched.flat()])
    },
  }
}

async function makeFolder(path: string, mode: number): Promise<void> {
  await mkdir(path)
  await chmod(path, mode)
}

async function restoreVictims(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await writeFile(join(folder, name), untouched)
    await chmod(join(folder, name), 0o666)
  }
}

async function isTouched(path: string): Promise<boolean> {
  return (await readFile(path, 'utf8').catch(() => 'gone')) !== untouched
}

/** What attempts have left here; it is removed. */
async function empty(folder: string, names: readonly string[]): Promise<readonly string[]> {
  const left = (await readdir(folder)).filter((name) => names.includes(name))
  for (const name of left) await rm(join(folder, name), { recursive: true, force: true })
  return left
}

/** Names of files in a workspace that would be dangerous on the host: devices, and set-uid files of root's. */
async function specialFiles(workspace: string): Promise<readonly string[]> {
  const special: string[] = []
  for (const name of await readdir(workspace)) {
    const stats = await lstat(join(workspace, name))
    const setUidRoot = stats.uid === 0 && (stats.mode & 0o4000) !== 0
    if (stats.isCharacterDevice() || stats.isBlockDevice() || setUidRoot) special.push(name)
  }
  return special
}
