import { glob, readdir, readFile, utimes } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expectsOverlay } from '../../sandbox/overlay/expects-overlay.ts'
import { good, look, type ShownWorld, setup } from './shown-world.ts'

/** One thing that must hold whoever the worker is: what was seen, and what should have been. */
export interface ShownCase {
  readonly name: string
  readonly run: (world: ShownWorld) => Promise<{ readonly seen: unknown; readonly expected: unknown }>
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

const shared: readonly ShownCase[] = [
  {
    name: 'is seen by a job as setup left it, and the record says how',
    async run(world) {
      const ended = await world.again(look)
      const seen = {
        snapshot: ended.summary.setup?.snapshot,
        by: await world.laidOut(ended),
        text: await ended.read('seen.txt'),
        left: await world.left(ended),
      }
      return { seen, expected: { snapshot: 'hit', by: expectsOverlay() ? 'overlay' : 'copy', text: good, left: [] } }
    },
  },
  {
    name: 'is not changed by whatever an agent does to it; and control: the agent sees what it did',
    async run(world) {
      const before = await world.printed()
      const ended = await world.again([...hostile, 'ls node_modules >seen.txt; cat ~/cache >>seen.txt'].join('\n'))
      const seen = {
        snapshot: ended.summary.setup?.snapshot,
        byAgent: await ended.read('seen.txt'),
        printed: await world.printed(),
        next: await (await world.again(look)).read('seen.txt'),
        left: await world.left(ended),
      }
      return { seen, expected: { snapshot: 'hit', byAgent: 'evil', printed: before, next: good, left: [] } }
    },
  },
  {
    name: 'is what each of two jobs at once sees with its own changes alone',
    async run(world) {
      const before = await world.printed()
      const own = (word: string) =>
        `echo ${word} >node_modules/dep/index.js; echo ${word} >~/cache; sleep 2; cat node_modules/dep/index.js ~/cache >seen.txt`
      const ends = await Promise.all(['one', 'two'].map((word) => world.again(own(word))))
      const seen = await Promise.all(ends.map((ended) => ended.read('seen.txt')))
      return {
        seen: { seen, printed: await world.printed() },
        expected: { seen: ['one\none', 'two\ntwo'], printed: before },
      }
    },
  },
  {
    name: 'stays for the job that sees it when it is thrown away, and is made anew for the next',
    async run(world) {
      const [folder = ''] = await world.stored()
      const running = world.again(`echo >started; sleep 4; rm started; ${look}`)
      // What it writes is in the folder above, or in its copy.
      const started = join(world.airlock.folders.jobs, '*/1/agent{,-upper}/workspace/started')
      while ((await Array.fromAsync(glob(started))).length === 0) await sleep(20)
      await utimes(join(folder, 'workspace/node_modules/large'), 1, 1)
      const found = await world.airlock.core.snapshots.find(basename(folder), AbortSignal.timeout(60_000))
      const text = await (await running).read('seen.txt')
      const next = await world.again(look)
      return {
        seen: { found, text, next: await next.read('seen.txt'), snapshot: next.summary.setup?.snapshot },
        expected: { found: { missing: 'changed' }, text: good, next: good, snapshot: 'miss' },
      }
    },
  },
]

const control: ShownCase = {
  name: 'control: where a sandbox may write, which setup may, the same lines change what is stored',
  async run({ airlock, stored }) {
    const before = await stored()
    const { end } = await airlock.run({
      command: ['sh', '-c', 'echo x >x.txt'],
      policy: { setup: { ...setup, run: [...setup.run, [...hostile, 'true'].join('\n')] } },
    })
    const [changed = ''] = (await stored()).filter((folder) => !before.includes(folder))
    const seen = {
      end,
      workspace: await readdir(join(changed, 'workspace')),
      home: await readFile(join(changed, 'home/cache'), 'utf8'),
    }
    return { seen, expected: { end: 'published/branch-created', workspace: ['new'], home: 'evil\n' } }
  },
}

/** What it holds it holds until it is ended, or for as long as `seconds`: a busy machine counts late. */
const fill = (mebibytes: number, opened: string, seconds: number) =>
  `${opened}; head -c ${mebibytes}M /dev/zero >&3; echo x >x.txt; sleep ${seconds}`

const limits = [
  ['what a job writes', 'exec 3>node_modules/more'],
  ['what a job deleted and still holds', 'exec 3>node_modules/more; rm node_modules/more'],
  ['what a job writes into a file that setup left', 'exec 3>>node_modules/large'],
  ['the same when it is deleted', 'exec 3>>node_modules/large; rm node_modules/large'],
  ['the same in the home', 'exec 3>>~/cache; rm ~/cache'],
  ['what a job hides', 'cd node_modules; mkdir hidden; exec 3>hidden/more; chmod 0 hidden; cd ..'],
].map(
  ([what = '', opened = '']): ShownCase => ({
    name: `is counted by a limit on disk with ${what}; and control: with less of it the job ends well`,
    async run({ again }) {
      const much = await again(fill(256, opened, 60), { disk: '128m' })
      const little = await again(fill(16, opened, 3), { disk: '128m' })
      return { seen: [much.end, little.end], expected: ['failed/disk-limit', 'published/branch-created'] }
    },
  }),
)

const asInCopy: ShownCase = {
  name: 'is counted by a limit on disk, as a copy is',
  async run({ again }) {
    return { seen: (await again('sleep 60', { disk: '24m' })).end, expected: 'failed/disk-limit' }
  },
}

export const shownCases: readonly ShownCase[] = [...shared, control, ...limits, asInCopy]
