import { z } from 'zod'

/** A model by its provider's name. */
export const modelNamePattern = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}$/

/** One entry of a list of models: a name, or its beginning and `*`. No other wildcard, so that none reads in two ways. */
export const modelEntryPattern = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,126}\*?$/

export const modelListSchema = z.array(z.string().regex(modelEntryPattern)).min(1).max(64)

/**
 * Does one of the entries stand for this model, or for all that this entry stands for? Letter by letter: a provider that
 * takes `GPT-5` for `gpt-5` is asked for the name as it is listed.
 */
export function coversModel(entries: readonly string[], asked: string): boolean {
  return entries.some((entry) => (entry.endsWith('*') ? asked.startsWith(entry.slice(0, -1)) : asked === entry))
}
