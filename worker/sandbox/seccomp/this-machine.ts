import { arch } from 'node:os'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { type Machine, machines } from './system-calls.ts'

/** The kind of machine that this is. Throws SandboxError `unavailable` where no filter is known for it. */
export function thisMachine(): Machine {
  const machine = machines.find((known) => known === arch())
  if (machine !== undefined) return machine
  throw new SandboxError('unavailable', `no system-call filter for ${arch()}: run the worker on x64 or arm64`)
}
