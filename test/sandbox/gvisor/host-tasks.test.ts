import { describe, expect, it } from 'vitest'
import { hostTasks } from '../../../worker/sandbox/gvisor/host-tasks.ts'

describe('the tasks of the host that a sandbox of class gvisor may have', () => {
  it('are many for each process inside, because the sentry dies of a want of them', () => {
    expect(hostTasks(60, 4_194_304)).toBeGreaterThan(60 * 40)
  })

  it('leave most of what the host has to others, whatever the policy asks for', () => {
    expect([hostTasks(512, 32_768), hostTasks(65_536, 32_768)]).toEqual([8192, 8192])
  })
})
