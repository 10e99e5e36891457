import { closeSync, constants, openSync } from 'node:fs'
import { unlink, writeFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join } from 'node:path'

/*
 * The named pipes through which a sandbox speaks. Real pipes, not the socket pairs that Node makes: a program that
 * opens /dev/stdout or /dev/stderr fails on a socket.
 */

/** The reading end, as a stream that ends when the last writer is gone. Does not wait for a writer. */
export function openPipeReader(path: string): Socket {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  return new Socket({ fd: descriptor, readable: true, writable: false })
}

/** A file to hand over to a child; the host's own descriptor is closed when this is disposed of. */
export interface HandedFile extends Disposable {
  readonly descriptor: number
}

function handOver(path: string, flags: number): HandedFile {
  const descriptor = openSync(path, flags)
  let open = true
  return {
    descriptor,
    [Symbol.dispose]: () => {
      if (open) closeSync(descriptor)
      open = false
    },
  }
}

/** For writing: a pipe that has a reader, or a file of the kernel's. */
export const openForWriting = (path: string) => handOver(path, constants.O_WRONLY)
export const openForReading = (path: string) => handOver(path, constants.O_RDONLY)

/** Standard input as a file, so that /dev/stdin can be opened too. */
export async function openInput(folder: string, text: string | undefined): Promise<HandedFile> {
  if (text === undefined) return openForReading('/dev/null')
  const path = join(folder, 'stdin')
  await writeFile(path, text, { mode: 0o644 })
  const input = openForReading(path)
  await unlink(path)
  return input
}
