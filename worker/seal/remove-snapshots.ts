import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { aboutSchema } from './snapshot-store.ts'
import { throwAway } from './throw-away.ts'

/** Removes every snapshot that a repository's setups left. Returns how many; what cannot be told apart is not one. */
export async function removeSnapshots(dir: string, repositoryId: number): Promise<number> {
  const names = await readdir(dir).catch(() => [])
  let removed = 0
  for (const name of names.filter((one) => !one.startsWith('.'))) {
    const folder = join(dir, name)
    if ((await repositoryOf(folder)) !== repositoryId) continue
    await throwAway(dir, folder)
    removed += 1
  }
  return removed
}

async function repositoryOf(folder: string): Promise<number | null> {
  try {
    return aboutSchema.parse(JSON.parse(await readFile(join(folder, 'about.json'), 'utf8'))).repository
  } catch {
    return null
  }
}
