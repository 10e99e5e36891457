import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { groupName } from '../../../worker/sandbox/reaper/orphan-groups.ts'
import { ownIdentity } from '../../../worker/sandbox/reaper/process-identity.ts'
import { reapSandboxes } from '../../../worker/sandbox/reaper/reap-sandboxes.ts'
import { type SandboxState, writeSandboxState } from '../../../worker/sandbox/reaper/sandbox-state.ts'

const nobody = () => false

describe('the reaper', () => {
  let sandboxes: string

  beforeEach(async () => {
    sandboxes = await mkdtemp('/tmp/airlock-reaper-')
  })

  afterEach(async () => {
    await rm(sandboxes, { recursive: true })
  })

  /** What a sandbox of this worker leaves: its state, and a group that holds nothing any more. */
  async function leaveBehind(id: string, worker: SandboxState['worker']) {
    const group = join(sandboxes, 'groups', groupName(id, worker))
    await mkdir(group, { recursive: true })
    await mkdir(join(sandboxes, id))
    writeSandboxState(join(sandboxes, id), {
      ...{ version: 1, id, jobId: 'job1', attempt: 1, phase: 'agent', worker, groups: [group] },
    })
    return [join(sandboxes, id), group]
  }

  it('removes what is left of before a reboot, though a program of the same number and start runs now', async () => {
    const before = await leaveBehind('before', { ...ownIdentity(), bootId: 'another-start-of-the-machine' })
    const now = await leaveBehind('now', ownIdentity())

    const reaped = await Promise.all([reapSandboxes(sandboxes, nobody, []), reapSandboxes(sandboxes, nobody, [])])

    expect(Math.max(...reaped)).toBe(1)
    expect(before.filter(existsSync)).toEqual([])
    expect(now.filter(existsSync)).toEqual(now)
  })

  it('removes what a program with the number of a dead worker has nothing to do with', async () => {
    const dead = await leaveBehind('dead', { ...ownIdentity(), startTime: '1' })

    await reapSandboxes(sandboxes, nobody, [])

    expect(dead.filter(existsSync)).toEqual([])
  })

  it('touches no group that is not named for the sandbox, whatever its file says', async () => {
    const [folder = ''] = await leaveBehind('dead', { ...ownIdentity(), startTime: '1' })
    const other = join(sandboxes, 'groups', 'somebody')
    await mkdir(other)
    writeSandboxState(folder, {
      ...{ version: 1, id: 'dead', jobId: 'job1', attempt: 1, phase: 'agent', groups: [other] },
      worker: { ...ownIdentity(), startTime: '1' },
    })

    await reapSandboxes(sandboxes, nobody, [])

    expect([existsSync(folder), existsSync(other)]).toEqual([false, true])
  })

  it('keeps the state of a sandbox whose group cannot be removed, for the next one who looks', async () => {
    const [folder = '', group = ''] = await leaveBehind('dead', { ...ownIdentity(), startTime: '1' })
    await mkdir(join(group, 'held'))

    const first = await reapSandboxes(sandboxes, nobody, [])
    await rm(join(group, 'held'), { recursive: true })
    const second = await reapSandboxes(sandboxes, nobody, [])

    expect([first, second]).toEqual([0, 1])
    expect([folder, group].filter(existsSync)).toEqual([])
  }, 20_000)
})
