import type { z } from 'zod'
import type { Place, Reader } from './http-reader.ts'
import { ShapeError } from './registry.ts'

const mostBytes = 8 * 1024 * 1024

/** A JSON document of a known shape; null where the registry has none. Throws ShapeError for another shape. */
export async function readJson<Schema extends z.ZodType>(
  reader: Reader,
  place: Place,
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | null> {
  const body = await reader.read(place, path, mostBytes)
  if (body === null) return null
  const parsed = schema.safeParse(parseJson(body.toString('utf8')))
  if (!parsed.success) throw new ShapeError('not what this registry promises')
  return parsed.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ShapeError('not JSON')
  }
}
