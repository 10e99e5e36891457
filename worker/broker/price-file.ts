/** The operator's prices of models: what such a file says, and how it goes together with the built-in table. */
import { z } from 'zod'
import { modelNamePattern } from '../contract/index.ts'
import { type ModelPrice, type ModelPrices, modelPrices } from './model-prices.ts'

const dollars = (text: string) => z.number().nonnegative().max(100_000).describe(`${text}, in US dollars per million.`)
const factor = (text: string) => z.number().min(1).max(100).describe(text)

export const priceEntrySchema = z
  .strictObject({
    input: dollars('Tokens of a prompt'),
    output: dollars('Tokens of an answer, thinking included'),
    'cache-read': dollars('Tokens of a prompt that were read from a cache').optional(),
    'cache-write': dollars('Tokens that were written to a cache for minutes').optional(),
    'cache-write-long': dollars('Tokens that were written to a cache for an hour').optional(),
    'long-prompt': z
      .strictObject({
        above: z.int().positive().max(100_000_000).describe('Prompts of more tokens than this are long.'),
        input: factor('All tokens of a long prompt cost so many times as much.').default(1),
        output: factor('The tokens of its answer cost so many times as much.').default(1),
      })
      .optional()
      .describe('What long prompts cost more.'),
    source: z.string().min(3).max(300).describe('Where the price is from, and of when: a page, a contract, a person.'),
  })
  .describe('Prices of one model, or of all whose names begin so.')

const maxModels = 500

export const priceFileSchema = z
  .record(z.string().regex(modelNamePattern, 'expected the name of a model'), priceEntrySchema)
  .refine((file) => Object.keys(file).length <= maxModels, { error: `more than ${maxModels} models` })
export type PriceFile = z.output<typeof priceFileSchema>

/** The built-in table with the operator's entries in place of, and beside, its own. */
export function withOperatorPrices(file: PriceFile): ModelPrices {
  return new Map([...modelPrices, ...Object.entries(file).map(([name, entry]) => [name, priceOfEntry(entry)] as const)])
}

/** What is left out is taken for as dear as it gets anywhere: a limit that stops too early can be mended. */
function priceOfEntry(entry: z.output<typeof priceEntrySchema>): ModelPrice {
  const { input, output, source } = entry
  return {
    ...{ input, output, source },
    cacheRead: entry['cache-read'] ?? input,
    cacheWrite: entry['cache-write'] ?? input * 2,
    cacheWriteLong: entry['cache-write-long'] ?? input * 2,
    longPrompt: entry['long-prompt'] ?? null,
  }
}
