import { createHash } from 'node:crypto'
import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { arch, version } from 'node:process'
import { hostImage, type Images } from '../../pipeline/ports/index.ts'
import type { HostTool } from '../command/inside-environment.ts'
import type { ImageStore } from './built-image.ts'
import type { HostPrint } from './host-print.ts'

const systemFolders = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin']

/** What of this machine decides how a setup on image `host` turns out: an update of a package changes one of them. */
const hostPlaces = ['/var/lib/dpkg/status', '/usr/local/bin', '/usr/local/lib', '/usr/bin', '/usr/lib']

/** The images of this machine, and the system that image `host` shows. */
export function createImages(store: ImageStore, hostTools: readonly HostTool[], printHost: HostPrint): Images {
  const hostFolders = [...hostTools.map(({ path, bin }) => join(path, bin)), ...systemFolders]
  return {
    digestOf: async (name) => (await store.find(name))?.digest ?? null,
    toGet: (name) => `airlock images build ${name}`,
    async hostDigest() {
      const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
      const print = printHost([...hostPlaces, ...hostFolders])
      return createHash('sha256')
        .update(JSON.stringify([arch, version, release, print]))
        .digest('hex')
    },
    async programs(name, wanted) {
      const folders = name === hostImage ? hostFolders : await foldersOf(store, name)
      const there = await Promise.all(wanted.map((program) => isIn(folders, program)))
      return new Set(wanted.filter((_, index) => there[index] === true))
    },
  }
}

async function foldersOf(store: ImageStore, name: string): Promise<string[]> {
  const image = await store.find(name)
  if (image === null) return []
  return (image.env.PATH ?? '').split(':').map((folder) => join(image.rootfs, folder))
}

/** Followed by nobody: inside an image an absolute symlink means another file than here. */
async function isIn(folders: readonly string[], program: string): Promise<boolean> {
  const found = await Promise.all(
    folders.map((folder) =>
      lstat(join(folder, program)).then(
        () => true,
        () => false,
      ),
    ),
  )
  return found.includes(true)
}
