import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

/** The lines of a record as JSON values; null for a line that is none. */
export async function* readRecord(path: string): AsyncGenerator<unknown> {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })
  for await (const line of lines) yield parseJson(line)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
