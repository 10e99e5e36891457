import type { Limits } from '../../contract/index.ts'
import type { CgroupVersion, Controller } from './parse-cgroup-mounts.ts'

/** One file of a group and what is written to it. Optional ones are not there on every kernel. */
export interface GroupSetting {
  readonly file: string
  readonly value: string
  readonly optional?: boolean
}

const cpuPeriodMicroseconds = 100_000

/**
 * An eighth of what programs and groups beside it have: where processors are short, a sandbox yields to the host's own work. A bound alone
 * does not make it yield: with two processors a job that may use one takes turns on both, at a neighbour's expense.
 */
export const cpuShares = 128
const usualShares = 1024

/** Whose work a group does: what an engine starts on the way to a command, or the job's. */
export type Weight = 'start' | 'job'

/** How a group stands for processors among programs and groups beside it. Pure. */
export function weightSetting(version: CgroupVersion, weight: Weight): GroupSetting {
  const shares = weight === 'job' ? cpuShares : usualShares
  return version === 'cgroup-v1'
    ? { file: 'cpu.shares', value: String(shares), optional: true }
    : { file: 'cpu.weight', value: String(Math.floor((shares * 100) / usualShares)), optional: true }
}

/** What makes a group hold a job's limits. Pure. Swap is closed, or memory would only move there. */
export function groupSettings(version: CgroupVersion, controller: Controller, limits: Limits): readonly GroupSetting[] {
  const memory = String(limits.memoryBytes)
  const quota = String(Math.max(1000, Math.floor(limits.cpus * cpuPeriodMicroseconds)))
  const settings: Record<CgroupVersion, Record<Controller, readonly GroupSetting[]>> = {
    'cgroup-v1': {
      memory: [
        { file: 'memory.limit_in_bytes', value: memory },
        { file: 'memory.memsw.limit_in_bytes', value: memory, optional: true },
      ],
      pids: [{ file: 'pids.max', value: String(limits.pids) }],
      cpu: [
        { file: 'cpu.cfs_period_us', value: String(cpuPeriodMicroseconds) },
        { file: 'cpu.cfs_quota_us', value: quota },
        weightSetting('cgroup-v1', 'job'),
      ],
    },
    'cgroup-v2': {
      memory: [
        { file: 'memory.max', value: memory },
        { file: 'memory.swap.max', value: '0', optional: true },
        { file: 'memory.oom.group', value: '1', optional: true },
      ],
      pids: [{ file: 'pids.max', value: String(limits.pids) }],
      cpu: [{ file: 'cpu.max', value: `${quota} ${cpuPeriodMicroseconds}` }, weightSetting('cgroup-v2', 'job')],
    },
  }
  return settings[version][controller]
}
