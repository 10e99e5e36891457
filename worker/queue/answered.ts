import { QueueUnavailableError } from '../contract/index.ts'

/** Redis's reply. Whatever kept it from answering, the caller can do one thing: try again later. */
export async function answered<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply
  } catch (error) {
    throw new QueueUnavailableError('Redis did not take a command', { cause: error })
  }
}
