import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { printFolders } from '../../worker/seal/print-folders.ts'
import { storedParts } from '../../worker/seal/snapshot-store.ts'
import { leftOfJob } from '../invariants/left-of-job.ts'
import { type LocalAirlock, type LocalEnd, startLocalAirlock } from '../invariants/local-airlock.ts'
import { expectsOverlay } from '../sandbox/overlay/expects-overlay.ts'

/** 32 MiB in one file, so that what a limit on disk counts is told apart from what a job writes. */
const setup = {
  run: [
    'mkdir -p node_modules/dep && echo good >node_modules/dep/index.js && ln node_modules/dep/index.js node_modules/twin',
    'ln -s /etc/hostname node_modules/link && head -c 32M /dev/urandom >node_modules/large && echo good >~/cache',
  ],
  inputs: ['README.md'],
}
/** The numbers of setxattr on the two machines. */
const setxattr = process.arch === 'arm64' ? 5 : 188

/** All that is tried on a workspace and home. Each line may fail; none ends the others. */
const hostile = [
  'echo evil >node_modules/dep/index.js; echo evil >>node_modules/twin; echo evil >~/cache; echo new >node_modules/new',
  'truncate -s 0 node_modules/large; chmod 0777 node_modules/dep; touch -d @1 node_modules/dep/index.js',
  'ln node_modules/twin node_modules/another; mv node_modules/dep node_modules/moved; rm node_modules/link',
  'ln -s / node_modules/link; mknod node_modules/gone c 0 0; mknod node_modules/large2 c 0 0',
  ...['user.mine', 'user.overlay.redirect', 'user.overlay.opaque', 'trusted.overlay.redirect', 'trusted.mine'].map(
    (name) => `perl -e 'syscall(${setxattr}, @ARGV, 1, 0)' node_modules ${name} /`,
  ),
  'mount --bind / node_modules; umount /workspace; unshare -Ur true; mkdir new; mv node_modules new/; rm -rf new/node_modules',
]
const seen =
  'cat node_modules/dep/index.js node_modules/twin ~/cache >seen.txt; stat -c %s node_modules/large >>seen.txt; ls node_modules >>seen.txt'
const good = ['good', 'good', 'good', '33554432', 'dep', 'large', 'link', 'twin'].join('\n')

let airlock: LocalAirlock
let repository: string

beforeAll(async () => {
  airlock = await startLocalAirlock()
  const { end, repository: made } = await run(seen, {}, { files: { '.gitignore': 'node_modules/\n' } })
  expect(end).toBe('published/branch-created')
  repository = made
})
afterAll(() => airlock?.[Symbol.asyncDispose]())

function run(line: string, limits = {}, of: Partial<Parameters<LocalAirlock['run']>[0]> = {}): Promise<LocalEnd> {
  return airlock.run({ command: ['sh', '-c', line], policy: { setup, limits }, ...of })
}

function again(line: string, limits = {}): Promise<LocalEnd> {
  return run(line, limits, { repository })
}

async function stored(): Promise<readonly string[]> {
  const names = (await readdir(airlock.folders.snapshots)).filter((name) => !name.startsWith('.'))
  return names.map((name) => join(airlock.folders.snapshots, name))
}

async function printed(): Promise<readonly (string | null)[]> {
  return (await stored()).map((folder) => printFolders(folder, storedParts))
}

const laidOutSchema = z.object({ laidOut: z.object({ by: z.enum(['overlay', 'copy']), why: z.string().nullable() }) })

/** What the record says of how the job got what setup had left. */
async function laidOut({ request }: LocalEnd): Promise<string | undefined> {
  const record = await readFile(join(airlock.folders.audit, `${request.id}-1.jsonl`), 'utf8')
  const entries = record
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  const datas = entries.map((entry) => z.object({ data: z.unknown() }).safeParse(entry).data?.data)
  return datas.map((data) => laidOutSchema.safeParse(data).data?.laidOut.by).find((by) => by !== undefined)
}

describe('a snapshot that jobs share', () => {
  it('is seen by each of them as setup left it, and the record says how', async () => {
    const ended = await again(seen)

    expect(ended.summary.setup?.snapshot).toBe('hit')
    expect(await laidOut(ended)).toBe(expectsOverlay() ? 'overlay' : 'copy')
    expect(await ended.read('seen.txt')).toBe(good)
    expect(await leftOfJob(airlock, ended.request.id)).toEqual([])
  })

  it('is not changed by whatever an agent does to it; and control: the agent sees what it did', async () => {
    const before = await printed()
    expect(before).toHaveLength(1)

    const ended = await again([...hostile, 'ls node_modules >seen.txt; cat ~/cache >>seen.txt'].join('\n'))

    expect(ended.summary.setup?.snapshot).toBe('hit')
    expect(await ended.read('seen.txt')).toBe('evil')
    expect(await printed()).toEqual(before)
    expect(await (await again(seen)).read('seen.txt')).toBe(good)
    expect(await leftOfJob(airlock, ended.request.id)).toEqual([])
  })
})

it('control: where a sandbox may write, which setup may, the same lines change what is stored', async () => {
  const before = await stored()

  const { end } = await airlock.run({
    command: ['sh', '-c', 'echo x >x.txt'],
    policy: { setup: { ...setup, run: [...setup.run, [...hostile, 'true'].join('\n')] } },
  })

  expect(end).toBe('published/branch-created')
  const [changed = ''] = (await stored()).filter((folder) => !before.includes(folder))
  expect(await readdir(join(changed, 'workspace'))).toEqual(['new'])
  expect(await readFile(join(changed, 'home/cache'), 'utf8')).toBe('evil\n')
})

describe('a limit on disk counts', () => {
  const fill = (mebibytes: number, ...then: readonly string[]) =>
    [...then, `head -c ${mebibytes}M /dev/zero >&3; echo x >x.txt; sleep 3`].join('; ')

  it.each([
    ['what a job writes', 'exec 3>node_modules/more'],
    ['what a job deleted and still holds', 'exec 3>node_modules/more; rm node_modules/more'],
    ['what a job writes into a file that setup left', 'exec 3>>node_modules/large'],
    ['the same when it is deleted', 'exec 3>>node_modules/large; rm node_modules/large'],
    ['the same in the home', 'exec 3>>~/cache; rm ~/cache'],
  ])('%s; and control: with less of it the job ends well', async (_, opened) => {
    expect((await again(fill(256, opened), { disk: '128m' })).end).toBe('failed/disk-limit')
    expect((await again(fill(16, opened), { disk: '128m' })).end).toBe('published/branch-created')
  })

  it('what setup left, as in a copy', async () => {
    expect((await again('sleep 60', { disk: '24m' })).end).toBe('failed/disk-limit')
  })
})
