/** The processors that a process may use. */
export interface Processors {
  readonly count: number
  /** Lowest first, as sched_setaffinity takes it: bytes in hex. */
  readonly mask: string
}

/** Reads them out of /proc/PID/status, where words of 32 bits stand highest first. Pure; null where it does not say. */
export function parseProcessors(status: string): Processors | null {
  const text = /^Cpus_allowed:\s*([0-9a-f]+(?:,[0-9a-f]+)*)$/m.exec(status)?.[1]
  if (text === undefined) return null
  const bytes = text
    .split(',')
    .flatMap((word) => [...Buffer.from(word.padStart(8, '0'), 'hex')])
    .reverse()
  return { count: bytes.reduce((sum, byte) => sum + bitsOf(byte), 0), mask: Buffer.from(bytes).toString('hex') }
}

const bitsOf = (byte: number) => byte.toString(2).replaceAll('0', '').length
