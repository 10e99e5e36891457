import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { printFolders } from '../../../worker/seal/print-folders.ts'
import { storedParts } from '../../../worker/seal/snapshot-store.ts'
import { leftOfJob } from '../../invariants/left-of-job.ts'
import { type LocalAirlock, type LocalEnd, type LocalJob, startLocalAirlock } from '../../invariants/local-airlock.ts'

/** 32 MiB in one file, so that what a limit on disk counts is told apart from what a job writes. */
export const setup = {
  run: [
    'mkdir -p node_modules/dep && echo good >node_modules/dep/index.js && ln node_modules/dep/index.js node_modules/twin',
    'ln -s /etc/hostname node_modules/link && head -c 32M /dev/urandom >node_modules/large && echo good >~/cache',
  ],
  inputs: ['README.md'],
}
/** Writes down what a job sees of that. */
export const look =
  'cat node_modules/dep/index.js node_modules/twin ~/cache >seen.txt; stat -c %s node_modules/large >>seen.txt; ls node_modules >>seen.txt'
export const good = ['good', 'good', 'good', '33554432', 'dep', 'large', 'link', 'twin'].join('\n')

/** A worker with one snapshot, which its jobs share. */
export interface ShownWorld extends AsyncDisposable {
  readonly airlock: LocalAirlock
  /** A job that finds the snapshot. */
  again(line: string, limits?: Readonly<Record<string, string>>): Promise<LocalEnd>
  /** The folders of all snapshots, and what the file system says of each. */
  stored(): Promise<readonly string[]>
  printed(): Promise<readonly (string | null)[]>
  /** What the record says of how a job got it. */
  laidOut(end: LocalEnd): Promise<string | undefined>
  left(end: LocalEnd): Promise<readonly string[]>
}

export async function createShownWorld(): Promise<ShownWorld> {
  const airlock = await startLocalAirlock()
  const run = (line: string, limits: object, of: Partial<LocalJob>) =>
    airlock.run({ command: ['sh', '-c', line], policy: { setup, limits }, ...of })
  const { end, repository } = await run(look, {}, { files: { '.gitignore': 'node_modules/\n' } })
  if (end !== 'published/branch-created') throw new Error(end)
  const stored = async () => {
    const names = (await readdir(airlock.folders.snapshots)).filter((name) => !name.startsWith('.'))
    return names.map((name) => join(airlock.folders.snapshots, name))
  }
  return {
    airlock,
    again: (line, limits = {}) => run(line, limits, { repository }),
    stored,
    printed: async () => (await stored()).map((folder) => printFolders(folder, storedParts)),
    laidOut: (of) => laidOut(airlock, of),
    left: ({ request }) => leftOfJob(airlock, request.id),
    [Symbol.asyncDispose]: () => airlock[Symbol.asyncDispose](),
  }
}

const laidOutSchema = z.object({ laidOut: z.object({ by: z.enum(['overlay', 'copy']), why: z.string().nullable() }) })

async function laidOut({ folders }: LocalAirlock, { request }: LocalEnd): Promise<string | undefined> {
  const record = await readFile(join(folders.audit, `${request.id}-1.jsonl`), 'utf8')
  const entries = record
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  const datas = entries.map((entry) => z.object({ data: z.unknown() }).safeParse(entry).data?.data)
  return datas.map((data) => laidOutSchema.safeParse(data).data?.laidOut.by).find((by) => by !== undefined)
}
