import { closeSync, fstatSync, openSync, statSync } from 'node:fs'

/** A pid namespace that is held on to. */
export interface PinnedNamespace extends Disposable {
  /** The number that names it, as in `pid:[4026532000]`. */
  readonly inode: string
}

/**
 * Holds on to the pid namespace of a process by an open file. The kernel gives the number of a namespace that is gone
 * to the next one, so whoever looks by number alone, later, finds somebody else's processes. Null where it is this
 * process's own, where the worker may not look, or where the process is gone.
 */
export function pinNamespace(pid: number): PinnedNamespace | null {
  try {
    const descriptor = openSync(`/proc/${pid}/ns/pid`, 'r')
    const { ino } = fstatSync(descriptor)
    if (ino !== statSync('/proc/self/ns/pid').ino) {
      return { inode: String(ino), [Symbol.dispose]: () => closeSync(descriptor) }
    }
    closeSync(descriptor)
    return null
  } catch {
    return null
  }
}
