import { closeSync, openSync, readSync } from 'node:fs'
import type { NetworkDevice } from '../../pipeline/ports/index.ts'

/** The kernel's counters of one network namespace. */
export interface NetworkCounters extends Disposable {
  /** Every device in it, and all that ever passed there; also when nothing in it is alive any more. */
  read(): readonly NetworkDevice[] | null
}

const maxBytes = 64 * 1024
const linePattern = /^\s*(?<name>[^:\s]+):\s*(?<numbers>\d[\d\s]*)$/

/**
 * Opens the counters of the namespace that a process is in. The open file holds on to that namespace, so that they can
 * be read when every process in it is dead. They are the host kernel's: nothing inside can write them.
 */
export function openNetworkCounters(pid: number): NetworkCounters {
  const descriptor = openOrNull(`/proc/${pid}/net/dev`)
  return {
    read: () => (descriptor === null ? null : parseNetworkDevices(readAll(descriptor))),
    [Symbol.dispose]: () => {
      if (descriptor !== null) closeSync(descriptor)
    },
  }
}

/** As the result of a command has it: left out where nobody could look. */
export function seenBy(counters: NetworkCounters | null): { readonly devices?: readonly NetworkDevice[] } {
  const devices = counters?.read() ?? null
  return devices === null ? {} : { devices }
}

/** Null where the process is gone already, or the worker may not look. */
function openOrNull(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch {
    return null
  }
}

function readAll(descriptor: number): string {
  const bytes = Buffer.alloc(maxBytes)
  return bytes.toString('latin1', 0, readSync(descriptor, bytes, 0, maxBytes, 0))
}

/** Reads the text of `/proc/net/dev`: a line per device, eight numbers of what came and eight of what went. */
export function parseNetworkDevices(text: string): NetworkDevice[] {
  return text.split('\n').flatMap((line) => {
    const { name, numbers } = linePattern.exec(line)?.groups ?? {}
    if (name === undefined || numbers === undefined) return []
    const [rxBytes = 0, rxPackets = 0, , , , , , , txBytes = 0, txPackets = 0] = numbers.trim().split(/\s+/).map(Number)
    return [{ name, rxBytes, rxPackets, txBytes, txPackets }]
  })
}
