import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { chmod, readdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postureSchema } from '../../../worker/contract/index.ts'
import { createGvisorEngine } from '../../../worker/sandbox/gvisor/create-gvisor-engine.ts'
import { createImageStore } from '../../../worker/sandbox/image/create-image-store.ts'
import {
  findByArgument,
  findNamespaceMembers,
  isInNamespaceOfItsOwn,
} from '../../../worker/sandbox/reaper/find-processes.ts'
import { sandboxMark, sandboxStateSchema } from '../../../worker/sandbox/reaper/sandbox-state.ts'
import { bombs } from '../battery/bombs.ts'
import { bridges } from '../battery/bridges.ts'
import { lifetimes } from '../battery/lifetimes.ts'
import { records } from '../battery/records.ts'
import { mebibyte, runIn, type SandboxBench, shell } from '../battery/sandbox-bench.ts'
import { startThenJob, weightsSeen } from '../cgroup/weights-seen.ts'
import { imageTimeoutMs } from '../images/built-image.ts'
import { createGvisorBench } from './gvisor-bench.ts'

/** What is promised on every engine, and takes little time to see. */
const promised = new Set([
  'stops when the caller says so, before or while a command runs',
  'destroys a sandbox while a command runs in it, and proves that nothing is left',
  'gives a command its input, and real pipes that can be opened by name',
  'tells how a command ended: exit code, signal, not found',
  'gives a command its variables, those that perl would take for its own and those of languages too',
  'cuts off a command that prints more than it may',
  'holds a command back while its reader is busy, and keeps its output in order',
  "carries a command's very first connection to the broker, and nothing where there is none",
  'keeps the forwarder out of what the command takes for its own children',
  'lets the job use the socket of its broker, but not change it',
  'records what ran and what it tried to reach, and nothing of its own machinery',
  'names the program even when one of its threads or children connects',
  'lets no child that asks not to be traced (CLONE_UNTRACED) start a program unseen',
  'writes down hostile arguments without their power over a terminal',
])
const cases = [...lifetimes, ...bombs, ...bridges, ...records].filter(({ name }) => promised.has(name))

let bench: SandboxBench

/** bwrap's first process, runsc and its gofer, once they are there; the others of that namespace are the sentry's. */
async function runscOf(id: string): Promise<readonly number[]> {
  const inside = async () => (await findByArgument(sandboxMark(id))).filter(isInNamespaceOfItsOwn)
  await expect.poll(async () => (await inside()).length, { timeout: 10_000 }).toBeGreaterThan(2)
  return inside()
}

const groupsOf = async (id: string) =>
  sandboxStateSchema.parse(JSON.parse(await readFile(join(bench.runDir, 'sandboxes', id, 'state.json'), 'utf8'))).groups

beforeAll(async () => {
  bench = await createGvisorBench()
}, imageTimeoutMs)

afterAll(async () => {
  await bench[Symbol.asyncDispose]()
})

describe('a sandbox of class gvisor', () => {
  it('is tried with every promise that is on the list', () => {
    expect(cases).toHaveLength(promised.size)
  })

  it.each(cases)(
    '$name',
    async ({ run }) => {
      const { seen, expected } = await run(bench)

      expect(seen).toEqual(expected)
    },
    60_000,
  )

  it('ends a command that fills the disk with files that are in no folder any more', async () => {
    const files =
      'for (1 .. 50) { open(my $file, ">", "gone"); unlink "gone"; syswrite $file, "x" x (1 << 21); push @held, $file }'
    const argv = ['perl', '-e', `${files} sleep $ARGV[0]`]

    const filled = await bench.once([...argv, '20'], { diskBytes: 40 * mebibyte })
    const control = await bench.once([...argv, '1'], { diskBytes: 400 * mebibyte })

    expect([filled.ended, control.ended]).toEqual(['disk', 'exited'])
  })

  it.each(['/tmp', '/dev/shm'])(
    'lets a command fill %s as far as it may, which is memory, and no further',
    async (folder) => {
      const fill = shell(`for n in $(seq 20); do head -c 8M /dev/zero > ${folder}/$n || exit 1; done; echo all of it`)

      const filled = await bench.once(fill, { diskBytes: 64 * mebibyte })
      const half = await bench.once(fill, { memoryBytes: 256 * mebibyte })
      const control = await bench.once(fill, { memoryBytes: 1024 * mebibyte })

      expect([filled, half].map(({ ended, exitCode, err }) => [ended, exitCode, /No space left/.test(err)])).toEqual([
        ['exited', 1, true],
        ['exited', 1, true],
      ])
      expect(control.out).toBe('all of it\n')
    },
  )

  it('lets a fork bomb meet a limit inside, and names the one that the sentry dies of on the host', async () => {
    const bomb = ['bash', '-c', 'bomb() { bomb | bomb & }; exec 2>/dev/null; echo there; bomb; while :; do :; done']
    const { sandbox: control } = await bench.create({ pids: 60, wallMs: 4_000 })
    const { sandbox } = await bench.create({ pids: 60 })
    const group = (await groupsOf(sandbox.id)).find((path) => existsSync(join(path, 'pids.max')))

    const bounded = await runIn(control, bomb)
    const onOutput = () => void (group === undefined || writeFileSync(join(group, 'pids.max'), '1'))
    const refused = await runIn(sandbox, bomb, { onOutput })

    expect(bounded.ended).toBe('wall-time')
    // Where the worker can make no group, nothing refuses anything on the host.
    expect(refused.ended).toBe(group === undefined ? 'wall-time' : 'processes')
  }, 60_000)

  it('weighs as much as other programs on the way to a command, and an eighth of it from then on', async () => {
    const { sandbox } = await bench.create()

    const once = await weightsSeen(bench, sandbox, shell('echo there; sleep 0.5'))
    const again = await weightsSeen(bench, sandbox, shell('echo there; sleep 0.5'))

    expect(once).toBeOneOf(startThenJob)
    expect(again).toEqual(once)
  })

  it('has a kernel of its own, an image for its system, and a file system that cannot be written to', async () => {
    const { sandbox, spec } = await bench.create({}, { tools: [{ name: 'docs', path: '/usr/share/doc' }] })
    const write = (path: string) => `(echo x > ${path}/written) 2>/dev/null && echo ${path}`
    const places = ['/', '/usr', '/etc', '/opt/airlock', '/opt/airlock/docs', '/run', '/home', '/workspace', '"$HOME"']

    const run = await runIn(sandbox, shell(`cat /proc/version; ${places.map(write).join('; ')}`))

    expect(run.out).not.toContain((await readFile('/proc/sys/kernel/osrelease', 'utf8')).trim())
    expect(run.out.split('\n').slice(1)).toEqual(['/workspace', '/home/airlock', ''])
    expect(await readFile(join(spec.workspace, 'written'), 'utf8')).toBe('x\n')
  })

  it('keeps runsc, sentry and gofer from the host: no power over it, no network, no file of it', async () => {
    const { sandbox, spec } = await bench.create()
    const canary = join(bench.folder, 'canary')
    await writeFile(canary, 'seen', { mode: 0o644 })
    const stop = new AbortController()
    const waiting = runIn(sandbox, shell('echo there; exec sleep 60'), { signal: stop.signal })
    const [first] = await runscOf(sandbox.id)
    const namespace = /\d+/.exec(await readlink(`/proc/${first}/ns/pid`))?.[0] ?? ''
    const read = (pid: number, file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
    const look = async (pid: number) => ({
      uid: Number(/^Uid:\s+(\d+)/m.exec(await read(pid, 'status'))?.[1]),
      ownUsers: (await read(pid, 'uid_map')) !== (await read(process.pid, 'uid_map')),
      devices: (await read(pid, 'net/dev')).match(/^ *\w+:/gm)?.length,
      canary: await read(pid, `root${canary}`),
    })

    const seen = await Promise.all(findNamespaceMembers(new Set([namespace])).map(look))
    const control = await look(process.pid)
    stop.abort()

    const job = bench.engine.fileOwner(spec.jobId)
    const uid = job === null ? control.uid : job.uid + 65_536
    expect(seen.length).toBeGreaterThan(2)
    for (const one of seen) expect(one).toEqual({ uid, ownUsers: true, devices: 1, canary: '' })
    expect(control).toMatchObject({ ownUsers: false, canary: 'seen' })
    expect((await waiting).ended).toBe('cancelled')
  })

  it('tells of a sentry that was killed as a command that was, and runs the next one', async () => {
    const { sandbox } = await bench.create()
    const waiting = runIn(sandbox, shell('exec sleep 60'))
    await runscOf(sandbox.id)

    const listed = (await bench.engine.list()).find(({ id }) => id === sandbox.id)
    const killed = await bench.engine.kill(sandbox.id)

    expect(listed?.live).toBe(true)
    expect(killed).toBe(true)
    expect(await waiting).toMatchObject({ ended: 'exited', exitCode: null, signal: 'SIGKILL' })
    expect((await runIn(sandbox, shell('echo next'))).out).toBe('next\n')
  })
})

describe('sockets, where the one of the broker may be connected to', () => {
  const connect = (path: string) =>
    `use Socket; socket(my $s, PF_UNIX, SOCK_STREAM, 0); print connect($s, pack_sockaddr_un('${path}')) ? 'in' : 'out'`
  const listen = (path: string) =>
    `use Socket; socket(my $l, PF_UNIX, SOCK_STREAM, 0); bind($l, pack_sockaddr_un('${path}')); listen $l, 1;`

  async function startListener(path: string) {
    const server = createServer((socket) => socket.destroy()).listen(path)
    await once(server, 'listening')
    await chmod(path, 0o777)
    return { [Symbol.dispose]: () => server.close() }
  }

  it('lets nothing out through a socket that the job makes in its own folder: the host never sees it', async () => {
    using _broker = await startListener(join(bench.folder, 'a.sock'))
    const { sandbox, spec } = await bench.create({}, { brokerSocket: join(bench.folder, 'a.sock') })

    const within = await runIn(sandbox, ['perl', '-e', `${listen('own.sock')} ${connect('own.sock')}`])
    const after = await runIn(sandbox, ['perl', '-e', connect('own.sock')])

    expect([within.out, after.out]).toEqual(['in', 'out'])
    expect(await readdir(spec.workspace)).toEqual([])
  })

  it("leads to the broker's socket, and to none of the host's where there is no broker", async () => {
    const socket = join(bench.folder, 'b.sock')
    using _broker = await startListener(socket)
    const { sandbox } = await bench.create({}, { brokerSocket: socket })
    const { sandbox: closed } = await bench.create({}, { tools: [{ name: 'sockets', path: bench.folder }] })

    const broker = await runIn(sandbox, ['perl', '-e', connect('/run/airlock/broker.sock')])
    const other = await runIn(closed, ['perl', '-e', connect('/opt/airlock/sockets/b.sock')])

    expect([broker.out, other.out]).toEqual(['in', 'out'])
  })
})

describe('the engine of class gvisor', () => {
  it('states a posture that fits the contract, and says of tools that fail that they do', async () => {
    const posture = await bench.engine.posture('minimal')
    const listing = await bench.once(shell('ls -la / /bin/sh'))

    expect(postureSchema.parse(posture)).toEqual(posture)
    expect(posture).toMatchObject({ isolation: 'gvisor', network: 'none', dns: 'none', hostReads: 'image' })
    expect(posture.versions).toMatchObject({ platform: expect.stringMatching(/^(kvm|systrap|ptrace)$/) })
    expect(posture.audit.exec).toBe('complete')
    expect(posture.degraded.join().includes('breaks common tools')).toBe(listing.err !== '')
  }, 60_000)

  it('refuses an image that was not built', async () => {
    const spec = await bench.spec({}, { image: 'host' })

    await expect(bench.engine.create(spec)).rejects.toMatchObject({ name: 'SandboxError', code: 'image-missing' })
  })

  it.each([
    ['is not there', null],
    ['runs no guest', '#!/bin/sh\ncase "$*" in *--version*) echo runsc version 1;; *) exit 1;; esac\n'],
  ])('is not to be had with a runsc that %s', async (_, text) => {
    const runsc = join(bench.folder, 'other-runsc')
    if (text !== null) await writeFile(runsc, text, { mode: 0o755 })
    const images = createImageStore('/nonexistent')
    const engine = createGvisorEngine({ runDir: join(bench.folder, 'other'), images, runsc, now: Date.now })

    await expect(engine.posture()).rejects.toMatchObject({ name: 'SandboxError', code: 'unavailable' })
  })
})
