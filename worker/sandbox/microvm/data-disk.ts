import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { SandboxError, type SandboxSpec } from '../../pipeline/ports/index.ts'
import { CommandError, runCommand } from '../../process/run-command.ts'
import type { Program } from '../process/find-programs.ts'
import type { Below } from './below-disk.ts'
import { type Bind, confinedCommand, type HostUser } from './confined.ts'
import { readScript } from './read-script.ts'

/** What the file system needs for itself, so that the job has what it may use. */
const overheadBytes = 32 * 1024 * 1024
const overheadShare = 1.06
const bytesPerFile = 8192
/** No more than one for any honest checkout. */
const maxEntries = 2_000_000
const timeoutMs = 180_000
const insideUser = 1000

/** As small a file system as can be read by the few lines that read it again: see bring-out/disk.pl. */
const features = [
  'extents,uninit_bg,filetype,sparse_super,large_file,dir_index',
  '^has_journal,^metadata_csum,^64bit,^resize_inode,^huge_file,^dir_nlink,^flex_bg,^inline_data',
].join(',')

/** The disk on which a guest has its job's two folders. */
export interface DataDisk {
  readonly path: string
  readonly bytes: number
  /** Lays the host's folders out on it. */
  fill(): Promise<void>
  /** Makes the host's folders equal to it. The guest must not be writing meanwhile. */
  bringOut(): Promise<void>
}

export interface DataDiskPlan {
  readonly path: string
  readonly spec: Pick<SandboxSpec, 'workspace' | 'home' | 'limits'>
  readonly user: HostUser | null
  readonly program: (name: Program) => string
  /** Of these folders only what lies above goes to the disk and comes from it. Null: all of them. */
  readonly below: Pick<Below, 'lower' | 'upper'> | null
  /** What leads to where the folders are what the job sees. */
  readonly enter: readonly string[]
}

const parts = ['workspace', 'home'] as const

/** Makes the disk's file, still empty: with holes, so that it takes what is really on it. */
export async function createDataDisk(plan: DataDiskPlan): Promise<DataDisk> {
  const { path, spec, user, program, below } = plan
  const { diskBytes } = spec.limits
  const file = await open(path, 'wx', 0o600)
  const bytes = Math.ceil((diskBytes * overheadShare + overheadBytes) / 4096) * 4096
  await file.truncate(bytes)
  if (user !== null) await file.chown(user.uid, user.gid)
  await file.close()
  const folders = parts.map((name): Bind => ({ from: spec[name], inside: `/top/${name}` }))
  const layer = (folder: 'lower' | 'upper', top: string): readonly Bind[] =>
    below === null ? [] : parts.map((name) => ({ from: join(below[folder], name), inside: `/${top}/${name}` }))

  const run = async (what: string, command: readonly string[]) => {
    await runCommand([...plan.enter, ...command], { env: {}, timeoutMs }).catch((error: unknown) => {
      if (!(error instanceof CommandError)) throw error
      throw new SandboxError('start-failed', `${what}: ${error.stderr || error.code}`, { cause: error })
    })
  }

  return {
    path,
    bytes,
    fill: () =>
      run(
        'the job’s folders do not fit on its disk',
        confinedCommand({
          ...{ program, user, inside: insideUser, capability: 'CAP_DAC_READ_SEARCH' },
          binds: [
            { from: path, inside: '/disk', writable: true },
            ...(below === null ? folders : layer('upper', 'top')),
          ],
          command: [
            ...[program('mke2fs'), '-q', '-F', '-t', 'ext4', '-b', '4096', '-I', '256', '-m', '0'],
            ...['-i', String(bytesPerFile), '-O', features, '-d', '/top'],
            ...['-E', 'lazy_itable_init=1,nodiscard,root_owner=0:0', '/disk'],
          ],
        }),
      ),
    bringOut: async () => {
      const script = await readScript('bring-out')
      await run(
        'what the guest left cannot be brought out',
        confinedCommand({
          ...{ program, user, inside: 0, capability: 'CAP_DAC_OVERRIDE' },
          binds: [
            { from: path, inside: '/disk' },
            ...folders.map((bind): Bind => ({ ...bind, writable: true })),
            ...[...layer('lower', 'lower'), ...layer('upper', 'upper')],
          ],
          command: [
            ...[
              program('perl'),
              '-e',
              script,
              String(diskBytes + overheadBytes),
              String(maxEntries),
              below === null ? '' : '1',
            ],
            ...folders.map(({ inside }) => `${inside.slice('/top/'.length)}=${inside}`),
          ],
        }),
      )
    },
  }
}
