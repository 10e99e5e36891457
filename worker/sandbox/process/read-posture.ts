import { readFile } from 'node:fs/promises'
import { release } from 'node:os'
import type { Posture } from '../../contract/index.ts'
import { hostImage, SandboxError } from '../../pipeline/ports/index.ts'
import { runCommand } from '../../process/run-command.ts'
import { describePosture } from '../posture/describe-posture.ts'
import { probeRecord } from '../posture/probe-record.ts'
import { probeWalls } from '../posture/probe-walls.ts'
import type { ProbedEngine } from '../posture/run-probe.ts'
import type { PreparedHost } from './prepare-host.ts'

/** Probes the host and tells what it enforces. Throws `unavailable` if there is no sandbox, or if one of its walls has a hole. */
export async function readPosture(host: PreparedHost, probed: ProbedEngine): Promise<Posture> {
  const probes = await probeWalls(probed).catch(async (error: unknown) => {
    const reason = await namespacesForbidden()
    throw reason === null ? error : new SandboxError('unavailable', reason, { cause: error })
  })
  const hostReads = probed.image === hostImage ? 'listed' : 'image'
  const versions = {
    kernel: release(),
    bwrap: await version(host.program('bwrap')),
    ...(host.strace === null ? {} : { strace: await version(host.strace) }),
  }
  const recorded = host.strace === null ? null : await probeRecord(probed)
  return describePosture({ places: host.places, recorded, versions, probes, hostReads })
}

async function version(program: string): Promise<string> {
  const { stdout } = await runCommand([program, '--version'], { timeoutMs: 10_000 })
  return /\d{1,9}(?:\.\d{1,9})+/.exec(stdout.toString('utf8'))?.[0] ?? 'unknown'
}

/** Kernel settings that keep ordinary users from making namespaces, and the line that lifts each. */
const settings = [
  { file: '/proc/sys/kernel/unprivileged_userns_clone', bad: '0', fix: 'sysctl -w kernel.unprivileged_userns_clone=1' },
  { file: '/proc/sys/user/max_user_namespaces', bad: '0', fix: 'sysctl -w user.max_user_namespaces=15000' },
  {
    file: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    bad: '1',
    fix: 'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
  },
]

async function namespacesForbidden(): Promise<string | null> {
  for (const { file, bad, fix } of settings) {
    const value = await readFile(file, 'utf8').catch(() => '')
    if (value.trim() === bad) return `user namespaces are forbidden on this host: ${fix}`
  }
  return null
}
