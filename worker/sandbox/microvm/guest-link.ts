import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { createFrameReader, encodeFrame, type FromGuest, type ToGuest } from './guest-frames.ts'

/** The conversation with a guest's first process. */
export interface GuestLink {
  send(frame: ToGuest): void
  /** The next frame; null when the guest is gone, or does not keep to the protocol. Nothing is read before it is asked for. */
  next(): Promise<FromGuest | null>
}

export function createGuestLink(port: Duplex): GuestLink {
  const read = createFrameReader()
  const chunks: AsyncIterator<unknown> = port.iterator({ destroyOnReturn: false })
  const waiting: FromGuest[] = []

  const next = async (): Promise<FromGuest | null> => {
    for (let frame = waiting.shift(); ; frame = waiting.shift()) {
      if (frame !== undefined) return frame
      const { value, done } = await chunks.next()
      if (done === true || !Buffer.isBuffer(value)) return null
      waiting.push(...read(value))
    }
  }

  return {
    send: (frame) => {
      if (port.writable) port.write(encodeFrame(frame))
    },
    next: () => next().catch(() => null),
  }
}

/** Waits for one kind of frame, which has to be the next one; else says why there is none. */
export async function expectFrame(link: GuestLink, kind: 'up' | 'ready', timeoutMs: number): Promise<string | null> {
  const cancelled = new AbortController()
  const late = sleep(timeoutMs, 'late' as const, { signal: cancelled.signal }).catch(() => null)
  const frame = await Promise.race([link.next(), late])
  cancelled.abort()
  if (frame === 'late') return `not ${kind} within ${timeoutMs / 1000} s`
  if (frame?.kind === 'failed') return frame.text
  return frame?.kind === kind ? null : `it ended before it was ${kind}`
}
