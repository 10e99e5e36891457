import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { spawnProcess } from '../../../worker/process/spawn-process.ts'
import { findNamespaceMembers } from '../../../worker/sandbox/reaper/find-processes.ts'
import { pinNamespace } from '../../../worker/sandbox/reaper/pin-namespace.ts'

/** Starts a shell in a pid namespace of its own and returns its number on the host. */
async function startNamespace() {
  const argv = ['/usr/bin/bwrap', '--unshare-all', '--ro-bind', '/', '/', '--info-fd', '3', '/bin/cat']
  const child = spawnProcess(argv, { env: {}, stdio: ['pipe', 'pipe', 'inherit', 'pipe'] })
  const info = child.stdio[3]
  if (info === null || info === undefined) throw new TypeError('no report')
  const [chunk] = await once(info, 'data')
  const pid = Number(/"child-pid": (\d+)/.exec(String(chunk))?.[1])
  const end = async () => {
    child.stdin?.end()
    await once(child, 'exit')
  }
  return { pid, end }
}

describe('a pinned namespace', () => {
  it('keeps its number to itself: processes of later ones are not taken for its own', async () => {
    const first = await startNamespace()
    using pinned = pinNamespace(first.pid)
    const inode = pinned?.inode ?? ''
    expect(findNamespaceMembers(new Set([inode]))).toContain(first.pid)
    await first.end()

    const later = [await startNamespace(), await startNamespace(), await startNamespace()]
    const members = findNamespaceMembers(new Set([inode]))
    for (const { end } of later) await end()

    expect(inode).not.toBe('')
    expect(members).toEqual([])
  })

  it('is never the own one: what would end it would end everything', () => {
    expect(pinNamespace(process.pid)).toBeNull()
  })
})
