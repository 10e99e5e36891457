import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findCgroupPlaces } from '../../../worker/sandbox/cgroup/find-cgroup-places.ts'
import { findByArgument } from '../../../worker/sandbox/reaper/find-processes.ts'
import { sandboxMark } from '../../../worker/sandbox/reaper/sandbox-state.ts'
import { createSandboxBench, mebibyte, runIn, type SandboxBench, shell } from '../battery/sandbox-bench.ts'

/** Controllers of version 1 in whose hierarchy this process is in the sandbox's group. */
async function groupsOf(pid: number, id: string): Promise<readonly string[]> {
  const lines = (await readFile(`/proc/${pid}/cgroup`, 'utf8')).split('\n').filter((line) => line.includes(id))
  return lines.flatMap((line) => line.split(':')[1]?.split(',') ?? []).sort()
}

/** It has the whole command line of what it watches. 0: there is none. */
async function straceOf(id: string): Promise<number> {
  for (const pid of await findByArgument(sandboxMark(id))) {
    if ((await readFile(`/proc/${pid}/comm`, 'utf8')).trim() === 'strace') return pid
  }
  return 0
}

describe('strace, which keeps the record of a sandbox', () => {
  let bench: SandboxBench

  beforeAll(async () => {
    bench = await createSandboxBench()
  })

  afterAll(async () => {
    await bench[Symbol.asyncDispose]()
  })

  it("works in the sandbox's processor time, and in no other limit of its", async () => {
    const { sandbox } = await bench.create()
    const started = Promise.withResolvers<string>()
    const stop = new AbortController()
    const running = runIn(sandbox, shell('exec perl -e \'$| = 1; print "there"; sleep 60\''), {
      signal: stop.signal,
      onOutput: (chunk) => started.resolve(chunk.toString()),
    })
    await started.promise
    const places = (await findCgroupPlaces(undefined)).filter((place) => place.version === 'cgroup-v1')
    const held = places.flatMap((place) => place.controllers)

    const recorder = await straceOf(sandbox.id)
    const groups = await groupsOf(recorder, sandbox.id)
    stop.abort()
    await running

    expect(recorder).toBeGreaterThan(0)
    expect(groups.filter((controller) => controller === 'memory' || controller === 'pids')).toEqual([])
    expect(groups.includes('cpu')).toBe(held.includes('cpu'))
  })

  it('survives a memory bomb that fills the sandbox with processes, and has recorded it', async () => {
    const bomb = `for n in 1 2 3 4 5 6 7 8; do perl -e 'my $held; $held .= "x" x (1 << 20) while 1' & done; wait; /bin/true`
    const { sandbox } = await bench.create({ memoryBytes: 64 * mebibyte, pids: 12 })

    const run = await runIn(sandbox, shell(bomb))
    const after = await runIn(sandbox, ['/bin/echo', 'after'])

    expect(run.ended).toBe('memory')
    expect(run.processes.filter(({ detail }) => detail.startsWith('perl')).length).toBeGreaterThan(1)
    expect(run.processesTruncated).toBe(false)
    expect([after.out, after.processes.map(({ detail }) => detail)]).toEqual(['after\n', ['/bin/echo after']])
  })

  it('ends with a sandbox that gives it next to no processor time', async () => {
    const { sandbox } = await bench.create({ cpus: 0.1, wallMs: 3000 })

    const run = await runIn(sandbox, shell('for n in 1 2 3 4; do sh -c "while :; do /bin/true; done" & done; wait'))

    expect(run.ended).toBe('wall-time')
    expect(run.processes.length).toBeGreaterThan(4)
    expect(await sandbox.destroy()).toEqual({ processes: 0, mounts: 0, groups: 0 })
  })
})
