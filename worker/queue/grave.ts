import { z } from 'zod'
import type { Ledger } from './ledger.ts'
import { crashesSurvived } from './settings.ts'

export const graveSchema = z.strictObject({
  /** What it holds could not be read; it took its worker down again and again; its handler threw. */
  reason: z.enum(['unreadable', 'crashed', 'failed']),
  /** The error's `name`: whose `code` it is. */
  error: z.string().max(100),
  /** The error's own `code`, or its name. */
  code: z.string().max(100),
  message: z.string().max(1000),
})
/** Why a job was given up. Written down before anybody is told, so that telling can be tried again. */
export type Grave = z.infer<typeof graveSchema>

/** The grave that an earlier attempt dug, or that too many crashes did. */
export async function findGrave(ledger: Ledger, id: string, crashes: number): Promise<Grave | null> {
  const text = await ledger.read(id, 'grave')
  if (text !== null) return graveSchema.parse(JSON.parse(text))
  if (crashes <= crashesSurvived) return null
  return { reason: 'crashed', error: '', code: 'crashed', message: `its worker died ${crashes} times` }
}

export function graveOf(error: unknown): Grave {
  if (!(error instanceof Error)) return { reason: 'failed', error: '', code: 'unknown', message: '' }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  const message = error.message.slice(0, 1000)
  return { reason: 'failed', error: error.name.slice(0, 100), code: code.slice(0, 100), message }
}

export const unreadable: Grave = {
  reason: 'unreadable',
  error: '',
  code: 'unreadable',
  message: 'not what the schema says',
}
