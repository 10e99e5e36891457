import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Admission } from './admit.ts'
import type { Door } from './door.ts'
import { createMeter } from './meter.ts'

/** Joins two streams with back-pressure until both are done, one fails, nothing moves, or the budget is spent. */
export async function splice(door: Door, admission: Admission, client: Duplex, upstream: Duplex): Promise<void> {
  const cut = () => {
    client.destroy()
    upstream.destroy()
  }
  const idle = setTimeout(cut, door.limits.idleMs)
  const meter = createMeter(door, admission, cut)
  const moving = () => idle.refresh()
  client.on('data', moving).on('data', meter('up'))
  upstream.on('data', moving).on('data', meter('down'))
  try {
    await Promise.all([pipeline(client, upstream), pipeline(upstream, client)])
  } catch {
    // Either side going away is how tunnels end; there is nobody left to tell.
  } finally {
    clearTimeout(idle)
    cut()
  }
}
