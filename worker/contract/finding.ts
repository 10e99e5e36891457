import { z } from 'zod'

export const gateNames = ['secrets', 'licenses', 'delayed-execution', 'size'] as const
export const gateNameSchema = z.enum(gateNames)

/** `block` stops the handoff, `hold` waits for a person's approval, `note` only informs. */
export const severitySchema = z.enum(['block', 'hold', 'note'])
export type Severity = z.infer<typeof severitySchema>

/** 128 bits in hexadecimal. */
export const fingerprintSchema = z.string().regex(/^[0-9a-f]{32}$/, 'expected a fingerprint: 32 hexadecimal digits')

/** One thing a gate has to say. `message` says what, when it would matter and how to mend it, in one or two lines. */
export const findingSchema = z.strictObject({
  gate: gateNameSchema,
  rule: z.string().max(100),
  severity: severitySchema,
  path: z.string().max(4096).nullable(),
  line: z.int().positive().nullable(),
  message: z.string().max(2000),
  /**
   * Names this finding again when lines move: by it a policy suppresses. Made of rule, path and what was found, of a
   * secret no more than 16 bits. Unset in what was written before there were any.
   */
  fingerprint: fingerprintSchema.optional(),
})
export type Finding = z.infer<typeof findingSchema>

const ranks: Readonly<Record<Severity, number>> = { block: 0, hold: 1, note: 2 }

/** The worst first, where not all can be shown; else in the order given. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => ranks[a.severity] - ranks[b.severity])
}

/** The gates' answer as a whole, and each gate's own. */
export const verdictSchema = z.enum(['publish', 'hold', 'block'])
export type Verdict = z.infer<typeof verdictSchema>

export const gateResultSchema = z.strictObject({
  gate: gateNameSchema,
  verdict: verdictSchema,
  findings: z.array(findingSchema),
})
export type GateResult = z.infer<typeof gateResultSchema>
