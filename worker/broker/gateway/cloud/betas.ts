import type { IncomingHttpHeaders } from 'node:http'

/** The betas that a client asked for, and this cloud knows: an unknown one makes it refuse the whole request. */
export function knownBetas(given: IncomingHttpHeaders, known: ReadonlySet<string>): string[] {
  const asked = [given['anthropic-beta'] ?? []].flat().join(',').split(',')
  return [...new Set(asked.map((beta) => beta.trim()))].filter((beta) => known.has(beta))
}
