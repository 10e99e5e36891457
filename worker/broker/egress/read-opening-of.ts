import type { Duplex } from 'node:stream'
import { maxHelloBytes, type Opening, readOpening } from './client-hello.ts'

/** Reading starts over with each piece; a byte at a time would be a way to keep the host busy. */
const maxPieces = 64

/**
 * Reads from a stream until it is clear how it begins, and puts every byte back. Null: the other side said too
 * little in time, or went away.
 */
export function readOpeningOf(stream: Duplex, timeoutMs: number): Promise<Exclude<Opening, { kind: 'more' }> | null> {
  const { promise, resolve } = Promise.withResolvers<Exclude<Opening, { kind: 'more' }> | null>()
  let bytes = Buffer.alloc(0)
  let pieces = 0
  const finish = (opening: Exclude<Opening, { kind: 'more' }> | null) => {
    clearTimeout(timer)
    stream.off('data', onData).off('end', onGone).off('close', onGone)
    stream.pause()
    if (bytes.length > 0 && !stream.destroyed) stream.unshift(bytes)
    resolve(opening)
  }
  const onData = (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    pieces += 1
    const opening = readOpening(bytes)
    if (opening.kind !== 'more') finish(opening)
    else if (bytes.length > 2 * maxHelloBytes || pieces > maxPieces)
      finish({ kind: 'malformed', why: 'its beginning is too long or comes in too many pieces' })
  }
  const onGone = () => finish(null)
  const timer = setTimeout(onGone, timeoutMs)
  stream.on('data', onData).once('end', onGone).once('close', onGone)
  return promise
}
