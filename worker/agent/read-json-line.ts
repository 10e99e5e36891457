import type { z } from 'zod'

/** Longer lines are not looked at: no agent needs them, and a hostile one must not make the worker parse for long. */
const maxLineLength = 4 * 1024 * 1024

/** A line as the schema says, or null for any other line. Never throws. */
export function readJsonLine<Schema extends z.ZodType>(line: string, schema: Schema): z.infer<Schema> | null {
  if (line.length > maxLineLength || !line.startsWith('{')) return null
  try {
    return schema.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null
  }
}
