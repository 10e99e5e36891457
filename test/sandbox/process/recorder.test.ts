import { readFileSync, rmdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createControlGroup } from '../../../worker/sandbox/cgroup/control-group.ts'
import { findCgroupPlaces } from '../../../worker/sandbox/cgroup/find-cgroup-places.ts'
import { type CgroupPlace, parseCgroupMounts } from '../../../worker/sandbox/cgroup/parse-cgroup-mounts.ts'
import { noNamespaces } from '../../../worker/sandbox/overlay/job-namespaces.ts'
import { prepareHost } from '../../../worker/sandbox/process/prepare-host.ts'
import { createProcessSandbox } from '../../../worker/sandbox/process/process-sandbox.ts'
import { findByArgument } from '../../../worker/sandbox/reaper/find-processes.ts'
import { groupName } from '../../../worker/sandbox/reaper/orphan-groups.ts'
import { ownIdentity } from '../../../worker/sandbox/reaper/process-identity.ts'
import { sandboxMark } from '../../../worker/sandbox/reaper/sandbox-state.ts'
import { createSandboxBench, mebibyte, roomyLimits, runIn, type SandboxBench, shell } from '../battery/sandbox-bench.ts'
import { startThenJob, weightsSeen } from '../cgroup/weights-seen.ts'

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

function programsIn(group: string): readonly string[] {
  const pids = readFileSync(join(group, 'cgroup.procs'), 'utf8').trim().split('\n')
  return pids.map((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim())
}

/** Where groups of version 2 can be made. On a hybrid host they hold none of the limits, but processes all the same. */
async function findSecondVersion(): Promise<readonly CgroupPlace[]> {
  const [mounts, own] = ['/proc/self/mountinfo', '/proc/self/cgroup'].map((path) => readFileSync(path, 'utf8'))
  const places = parseCgroupMounts(mounts ?? '', own ?? '').map((place) => ({ ...place, controllers: [] }))
  return places.filter((place) => place.version === 'cgroup-v2' && canHoldGroups(place)).slice(0, 1)
}

function canHoldGroups(place: CgroupPlace): boolean {
  try {
    createControlGroup([place], 'airlock-test', roomyLimits)
    for (const name of ['job', 'recorder', '.']) rmdirSync(join(place.folder, 'airlock-test', name))
    return true
  } catch {
    return false
  }
}

const secondVersion = await findSecondVersion()

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

  it('tells when a command is there, from when on the sandbox weighs an eighth of what its start weighed', async () => {
    const { sandbox } = await bench.create()

    const once = await weightsSeen(bench, sandbox, shell('echo there; sleep 0.5'))
    const again = await weightsSeen(bench, sandbox, shell('echo there; sleep 0.5'))

    expect(once).toBeOneOf(startThenJob)
    expect(again).toEqual(once)
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

  it.each(secondVersion)('is in a group of its own beside the job’s with version 2: $folder', async (place) => {
    const host = { ...(await prepareHost(join(bench.folder, 'second'), undefined, ownIdentity())), places: [place] }
    const spec = await bench.spec()
    const system = { view: host.view, etc: host.files.etc, hostTools: [], env: {} }
    const user = bench.engine.fileOwner(spec.jobId)
    const plan = { host, spec, system, user, namespaces: noNamespaces, worker: ownIdentity(), now: Date.now }
    const sandbox = await createProcessSandbox(plan)
    const started = Promise.withResolvers<void>()
    const line = `exec perl -e '$| = 1; print "there"; sleep 60'`
    const running = runIn(sandbox, shell(line), { onOutput: () => started.resolve() })
    await started.promise

    const [job, recorder] = ['job', 'recorder'].map((name) =>
      programsIn(join(place.folder, groupName(sandbox.id, ownIdentity()), name)),
    )
    const left = await sandbox.destroy()
    await running

    expect(job).toContain('perl')
    expect(job).not.toContain('strace')
    expect(recorder).toContain('strace')
    expect(recorder).not.toContain('perl')
    expect(left).toEqual({ processes: 0, mounts: 0, groups: 0 })
  })
})
