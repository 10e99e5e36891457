import { readFileSync } from 'node:fs'
import { thisMachine } from '../seccomp/this-machine.ts'

const script = readFileSync(new URL('./first-process.pl', import.meta.url), 'utf8')

/** The call that sets the filter, by its number. */
const prctl = { x64: 157, arm64: 167 } as const

/** The command line of a container's first process. It is the same for all: nothing of a job is in it. */
export function firstProcess(): readonly string[] {
  return ['/usr/bin/perl', '-e', script, String(prctl[thisMachine()])]
}

/** What it writes first of all, when the filter is up and the command is about to start. */
export const readyWord = 'ready\n'

export interface FirstOrder {
  /** Written to the end of the errors if the kernel killed something in the container for want of memory. */
  readonly memoryWord: string
  /** The system-call filter, as the kernel reads it. */
  readonly filter: Buffer
  readonly env: Readonly<Record<string, string>>
  readonly argv: readonly string[]
}

/**
 * What the first process is told on its standard input. Not through the Engine, which would write a setup secret
 * among the variables to its disk and show it to everybody who may ask it about the container.
 */
export function encodeOrder({ memoryWord, filter, env, argv }: FirstOrder): Buffer {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const fields = [memoryWord, filter, String(variables.length), ...variables, ...argv].map((field) =>
    Buffer.from(field),
  )
  return withLength(Buffer.concat(fields.map(withLength)))
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
