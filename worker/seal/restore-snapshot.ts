import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Folders, LaidOut, Restored, Snapshot, Viewer } from '../pipeline/ports/index.ts'
import type { Overlays } from './overlays.ts'
import { copyBeside, placeCopy } from './restore-copy.ts'
import { folderOf, isBare } from './snapshot-store.ts'
import { noteUse } from './snapshot-uses.ts'

export interface RestoreDeps {
  readonly dir: string
  readonly overlays: Overlays | null
}

/** Begins with what takes long: the copy, where there has to be one. */
export async function restoreSnapshot(
  { dir, overlays }: RestoreDeps,
  snapshot: Snapshot,
  into: Folders,
  viewer: Viewer,
  signal: AbortSignal,
): Promise<Restored> {
  const stored = folderOf(dir, snapshot.key)
  const copied = async (why: string): Promise<Restored> => {
    await copyBeside(stored, into, viewer.owner, signal)
    return { place: (signal) => placeCopied(snapshot, into, why, signal) }
  }
  const { owner } = viewer
  if (overlays === null) return copied('this worker shows none')
  const unseen = viewer.seesMounts ? null : 'a sandbox of this class does not see what is mounted'
  const why = unseen ?? overlays.whyNot() ?? (await obstacle(dir, snapshot.key, into))
  if (why !== null) return copied(why)
  const folder = dirname(into.workspace)
  await noteUse(stored, folder)
  return {
    async place(signal): Promise<LaidOut> {
      const refused = await overlays.lay({ stored, folder, owner }, signal)
      if (refused === null) return { by: 'overlay', why: null }
      await copyBeside(stored, into, owner, signal)
      return placeCopied(snapshot, into, refused, signal)
    },
  }
}

async function placeCopied(snapshot: Snapshot, into: Folders, why: string, signal: AbortSignal): Promise<LaidOut> {
  await placeCopy(snapshot, into, signal)
  return { by: 'copy', why }
}

/** On two file systems, files of one overlay are on several devices, and what a job deleted and holds is not counted. */
async function obstacle(dir: string, key: string, { workspace }: Folders): Promise<string | null> {
  if (!(await isBare(dir, key))) return 'it was stored by a worker that could not prepare it for an overlay'
  const [stored, own] = await Promise.all([stat(folderOf(dir, key)), stat(workspace)])
  return stored.dev === own.dev ? null : 'snapshots and jobs are on two file systems'
}
