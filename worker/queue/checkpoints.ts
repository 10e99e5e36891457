import type { Checkpoints } from '../pipeline/ports/index.ts'
import type { Ledger } from './ledger.ts'

const mostBytes = 1024 * 1024

/** Checkpoints of one attempt: an older one can read them, but no longer write. Kept as long as the ledger's entry. */
export function createCheckpoints(ledger: Ledger, token: number): Checkpoints {
  return {
    async load(jobId) {
      const text = await ledger.read(jobId, 'checkpoint')
      return text === null ? null : JSON.parse(text)
    },
    async save(jobId, value) {
      const text = JSON.stringify(value)
      if (Buffer.byteLength(text) > mostBytes) throw new RangeError(`a checkpoint of more than ${mostBytes} bytes`)
      await ledger.write(jobId, token, 'checkpoint', text)
    },
  }
}
