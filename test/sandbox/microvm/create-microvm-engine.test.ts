import { once } from 'node:events'
import { chown, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { postureSchema } from '../../../worker/contract/index.ts'
import { spawnProcess } from '../../../worker/process/spawn-process.ts'
import { findByArgument } from '../../../worker/sandbox/reaper/find-processes.ts'
import { sandboxMark } from '../../../worker/sandbox/reaper/sandbox-state.ts'
import { mebibyte, runIn, shell } from '../battery/sandbox-bench.ts'
import { weightsSeen } from '../cgroup/weights-seen.ts'
import { imageTimeoutMs } from '../images/built-image.ts'
import { createMicrovmBench, guestTimeoutMs, imagesDir, type MicrovmBench, microvmRunDir } from './microvm-bench.ts'

const nothing = { processes: 0, mounts: 0, groups: 0 }
const abandon = fileURLToPath(new URL('./abandon-guest.ts', import.meta.url))
const patient = { timeout: guestTimeoutMs }

describe('class microvm', () => {
  let bench: MicrovmBench

  beforeAll(async () => {
    bench = await createMicrovmBench()
  }, imageTimeoutMs)

  afterAll(async () => {
    await bench[Symbol.asyncDispose]()
  }, guestTimeoutMs)

  /** A server on a socket of the job's user, which answers with the same in capitals. */
  async function startBroker(jobId: string) {
    const path = join(bench.folder, 'broker.sock')
    const met: string[] = []
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      let asked = ''
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        asked += chunk.toString()
      })
      socket.on('end', () => {
        met.push(asked)
        socket.end(asked.toUpperCase())
      })
    })
    server.listen(path)
    await once(server, 'listening')
    const owner = bench.engine.fileOwner(jobId)
    if (owner !== null) await chown(path, owner.uid, owner.gid)
    return { path, met, [Symbol.dispose]: () => server.close() }
  }

  it(
    'runs commands in one guest, with input, streams, files and a broker, each without a trace of the last',
    patient,
    async () => {
      const jobId = 'vmcommands01'
      using broker = await startBroker(jobId)
      const tools = [{ name: 'docs', path: '/usr/share/perl5' }]
      const made = await bench.spec({ wallMs: guestTimeoutMs }, { jobId, brokerSocket: broker.path, tools })
      await writeFile(join(made.workspace, 'before'), 'from the host', { mode: 0o600 })
      const owner = bench.engine.fileOwner(jobId)
      if (owner !== null) await chown(join(made.workspace, 'before'), owner.uid, owner.gid)
      await using sandbox = await bench.engine.create(made)

      const first = await runIn(sandbox, shell('echo "$A"; echo oops >&2; id -un; pwd; cat before; exit 3'), {
        env: { A: 'b' },
      })
      const files =
        'mkdir d; echo made > d/file; ln -s /etc/passwd link; mkfifo pipe; cp /bin/true tool; chmod 4755 tool; rm before'
      const changed = await runIn(
        sandbox,
        shell(`${files}; echo x > ~/mark; echo x > /tmp/kept; (setsid sleep 1000 &) ; ps=1`),
      )
      const next = await runIn(
        sandbox,
        shell('ls -A /tmp; cat /proc/[0-9]*/comm | grep -c sleep; touch /usr/x /opt/airlock/docs/x'),
      )
      const killed = await runIn(sandbox, shell('kill -SEGV $$'))
      const missing = await runIn(sandbox, ['/no/such/program'])
      const weights = await weightsSeen({ runDir: microvmRunDir }, sandbox, ['true'])
      const counted = await runIn(sandbox, ['wc', '-c'], { stdin: 'x'.repeat(300_000) })
      const asked = await runIn(sandbox, shell('printf hello | socat -t 60 - TCP:127.0.0.1:3128'))
      const wide = `head -c 600000 /dev/zero | tr '\\0' a | socat -t 60 - TCP:127.0.0.1:3128 | tr -d '\\n' | wc -c`
      const large = await runIn(sandbox, shell(`(${wide}) & (${wide}); wait`))
      const inside = await runIn(
        sandbox,
        shell('ls /sys/class/net /dev 2>&1; cat /proc/net/dev | wc -l; date +%s; ls /opt/airlock/docs | wc -l'),
      )

      const output = await runIn(sandbox, ['cat', '/dev/zero'])
      const over = await runIn(sandbox, ['true'])

      expect([output.ended, over.ended]).toEqual(['output', 'output'])
      expect(output.out.length).toBeLessThanOrEqual(16 * mebibyte)
      expect(first).toMatchObject({
        ended: 'exited',
        exitCode: 3,
        out: 'b\nairlock\n/workspace\nfrom the host',
        err: 'oops\n',
      })
      expect(changed).toMatchObject({ ended: 'exited', exitCode: 0 })
      expect(await readFile(join(made.workspace, 'd/file'), 'utf8')).toBe('made\n')
      expect(await readlink(join(made.workspace, 'link'))).toBe('/etc/passwd')
      expect((await readdir(made.workspace)).sort()).toEqual(['d', 'link', 'tool'])
      const tool = await stat(join(made.workspace, 'tool'))
      expect([tool.mode & 0o7777, tool.uid]).toEqual([0o755, owner?.uid ?? process.getuid?.()])
      expect(await readFile(join(made.home, 'mark'), 'utf8')).toBe('x\n')
      expect(next.out).toBe('0\n')
      expect(next.err.match(/Read-only file system/g)).toHaveLength(2)
      expect(killed).toMatchObject({ ended: 'exited', exitCode: null, signal: 'SIGSEGV' })
      expect(missing).toMatchObject({ ended: 'exited', exitCode: 127 })
      // Booting was not the job's work, and commands are: an eighth of the usual weight, if there can be a group.
      expect(weights).toBeOneOf([['128'], ['12'], null])
      expect(counted.out).toBe('300000\n')
      expect(asked.out).toBe('HELLO')
      expect(large.out).toBe('600000\n600000\n')
      expect(broker.met.map((word) => word.length).sort()).toEqual([5, 600_000, 600_000])
      const [devices, clock] = [inside.out.split('\n').slice(0, -4), Number(inside.out.split('\n').at(-3))]
      expect(devices).not.toContain('eth0')
      // Of the machine's process on the host, by the kernel's own counters.
      expect(asked.devices).toMatchObject([{ name: 'lo', rxPackets: 0, txPackets: 0 }])
      expect(inside.out.split('\n').at(-4)).toBe('3')
      expect(Math.abs(clock - Date.now() / 1000)).toBeLessThan(60)
      expect(await sandbox.destroy()).toEqual(nothing)
      expect(await sandbox.destroy()).toEqual(nothing)
      expect(await findByArgument(sandboxMark(sandbox.id))).toEqual([])
    },
  )

  it('ends a bomb and not the guest: memory, processes, a cancelled command, disk', patient, async () => {
    const limits = { memoryBytes: 128 * mebibyte, pids: 30, diskBytes: 24 * mebibyte, wallMs: guestTimeoutMs }
    const { sandbox, spec } = await bench.create(limits)
    const forks =
      'my $n = 0; while ($n < 60) { my $pid = fork(); last unless defined $pid; if (!$pid) { sleep 30; exit } $n++ } print $n'
    const filling = 'i=0; while :; do head -c 1048576 /dev/zero > file$i || exit 9; i=$((i+1)); done'

    const memory = await runIn(sandbox, ['perl', '-e', 'my $held = "x" x (300 << 20); print "survived"'])
    const processes = await runIn(sandbox, ['perl', '-e', forks])
    const control = await runIn(sandbox, ['perl', '-e', 'my $held = "x" x (30 << 20); print "survived"'])
    const cancel = new AbortController()
    const cancelled = await runIn(sandbox, shell('echo kept > while; echo kept; sleep 100'), {
      signal: cancel.signal,
      onOutput: () => cancel.abort(),
    })
    const disk = await runIn(sandbox, shell(filling))

    expect(memory).toMatchObject({ ended: 'memory', out: '' })
    expect(Number(processes.out)).toBeGreaterThan(5)
    expect(Number(processes.out)).toBeLessThan(30)
    expect(control).toMatchObject({ ended: 'exited', out: 'survived' })
    expect(cancelled.ended).toBe('cancelled')
    expect(await readFile(join(spec.workspace, 'while'), 'utf8')).toBe('kept\n')
    expect(disk.ended).toBe('disk')
    expect((await stat(join(spec.workspace, 'file3'))).size).toBe(mebibyte)
    expect(await sandbox.destroy()).toEqual(nothing)
  })

  it('holds a command back while its reader is busy', patient, async () => {
    const { sandbox, spec } = await bench.create({ outputBytes: 128 * mebibyte, wallMs: guestTimeoutMs })
    // Half as much is taken by the buffers on the way.
    const wanted = 48 * mebibyte
    // By the guest's own clock alone: it is set anew for every command, late by what the command takes to get there.
    const line = shell(`date +%s%N > begun; head -c ${wanted} /dev/zero; date +%s%N > written`)
    const tookMs = async () => {
      const [begun, written] = await Promise.all(
        ['begun', 'written'].map(async (name) => Number(await readFile(join(spec.workspace, name), 'utf8'))),
      )
      return ((written ?? 0) - (begun ?? 0)) / 1_000_000
    }
    await runIn(sandbox, line)
    const holdMs = Math.max(3000, 2 * (await tookMs()))

    let bytes = 0
    let release: Promise<unknown> | null = null
    await runIn(sandbox, line, {
      onOutput: async (chunk) => {
        release ??= sleep(holdMs)
        await release
        bytes += chunk.length
      },
    })

    expect(bytes).toBe(wanted)
    expect(await tookMs()).toBeGreaterThan(holdMs - 1000)
  })

  it(
    'leaves the folders as they were after the last command when the machine is killed in the middle of one',
    patient,
    async () => {
      const { sandbox, spec } = await bench.create({ wallMs: guestTimeoutMs })
      await runIn(sandbox, shell('echo whole > file'))

      const running = runIn(sandbox, shell('echo half > file; echo going; sync; sleep 100'), {
        onOutput: () => {
          void bench.engine.kill(sandbox.id)
        },
      })

      expect(await running).toMatchObject({ ended: 'exited', exitCode: null, signal: 'SIGKILL' })
      expect(await readFile(join(spec.workspace, 'file'), 'utf8')).toBe('whole\n')
      await expect(runIn(sandbox, ['true'])).rejects.toMatchObject({ name: 'SandboxError', code: 'start-failed' })
      expect(await sandbox.destroy()).toEqual(nothing)
    },
  )

  it('removes what a killed worker left, and leaves alone what is worked on', patient, async () => {
    const { workspace, home } = await bench.spec({}, { jobId: 'vmabandoned1' })
    const worker = spawnProcess(
      [process.execPath, abandon, microvmRunDir, imagesDir, 'vmabandoned1', workspace, home],
      {
        env: { PATH: '/usr/bin:/bin' },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    const [chunk] = await once(worker.stdout ?? worker, 'data')
    const id = z.instanceof(Buffer).parse(chunk).toString().trim()
    const before = await findByArgument(sandboxMark(id))
    worker.kill('SIGKILL')
    await once(worker, 'exit')

    const spared = await bench.engine.reap((jobId) => jobId.startsWith('vm'))
    const kept = (await bench.engine.list()).find((one) => one.id === id)
    await Promise.all([bench.engine.reap((jobId) => jobId !== 'vmabandoned1'), bench.engine.reap(() => true)])

    expect(before.length).toBeGreaterThan(0)
    expect([spared, kept?.live]).toEqual([0, false])
    expect(await findByArgument(sandboxMark(id))).toEqual([])
    expect((await bench.engine.list()).map((one) => one.id)).not.toContain(id)
  })

  it('states a posture from probes that found no hole', patient, async () => {
    const posture = await bench.engine.posture()

    expect(postureSchema.parse(posture)).toEqual(posture)
    expect(posture).toMatchObject({ isolation: 'microvm', engine: 'qemu', hostReads: 'image', network: 'none' })
    expect(posture.limits).toMatchObject({
      memory: { by: 'machine' },
      pids: { by: 'machine' },
      disk: { by: 'machine' },
    })
    expect(['kvm', 'tcg']).toContain(posture.versions.accel)
    expect(posture.degraded.some((sentence) => sentence.includes('translates'))).toBe(posture.versions.accel === 'tcg')
  })

  it(
    'refuses an image that it does not have, and a tool that is not there, and leaves nothing of it',
    patient,
    async () => {
      await symlink('/nowhere', join(bench.folder, 'dangling'))
      const host = bench.create({}, { image: 'host' })
      const tool = bench.create(
        {},
        { jobId: 'vmnotool0001', tools: [{ name: 'x', path: join(bench.folder, 'dangling') }] },
      )

      await expect(host).rejects.toMatchObject({ code: 'image-missing' })
      await expect(tool).rejects.toMatchObject({ code: 'start-failed' })
      expect((await bench.engine.list()).map((one) => one.jobId)).not.toContain('vmnotool0001')
    },
  )
})
