import { vi } from 'vitest'

/** Waits until the assertion holds, as long as a busy machine may need. */
export function eventually(assertion: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(assertion, { timeout: 50_000, interval: 20 })
}
