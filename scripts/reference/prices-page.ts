import { z } from 'zod'
import { type ModelPrice, modelPrices } from '../../worker/broker/model-prices.ts'
import { priceEntrySchema } from '../../worker/broker/price-file.ts'
import { examplePrices } from './example-prices.ts'
import { code, formatTable, joinSections, paragraph } from './markdown.ts'
import { policyKeys } from './policy-keys.ts'

export function pricesPage(): string {
  const keys = policyKeys(z.toJSONSchema(priceEntrySchema, { io: 'input', target: 'draft-2020-12' }))
  return joinSections([
    '# Prices of models',
    paragraph(
      'Written by `npm run docs` from the code. Do not edit this page. What the prices are for: [models](models.md).',
    ),
    paragraph(
      'A cost limit is a brake, not an invoice: the gateway adds up the tokens that the answers themselves tell, by ' +
        'these prices. Discounts, priority and regional surcharges are not in the table below. A model is found by its ' +
        'name, or by the longest entry that its name begins with up to a hyphen. One that is in no table costs as much ' +
        'as the dearest that is.',
    ),
    '## Prices of your own',
    paragraph(
      'A YAML file that `AIRLOCK_MODEL_PRICES` names. Its entries take the place of, or stand beside, those of the ' +
        'table below. It is read when a worker starts, and anything in it that is not plainly right keeps the worker ' +
        'from starting, with file, line and reason.',
    ),
    `\`\`\`yaml\n${examplePrices}\`\`\``,
    formatTable(
      ['key', 'type', 'what it means'],
      keys.map(({ path, type, description }) => [code(path), type, description]),
    ),
    paragraph(
      'Of these `input`, `output`, `source` and, in `long-prompt`, `above` have to be there. Without `cache-read` a ' +
        'cached token costs as much as any other, without `cache-write` and `cache-write-long` twice as much.',
    ),
    '## Built in',
    paragraph('US dollars per million tokens. "Long prompts": above so many tokens, so many times as much.'),
    formatTable(
      ['model', 'input', 'output', 'cache read', 'cache write', 'for an hour', 'long prompts', 'source'],
      [...modelPrices].map(([name, price]) => rowOf(name, price)),
    ),
  ])
}

function rowOf(name: string, price: ModelPrice): string[] {
  const { input, output, cacheRead, cacheWrite, cacheWriteLong, longPrompt, source } = price
  const long = longPrompt === null ? '–' : `${longPrompt.above}: ${longPrompt.input} ×, answer ${longPrompt.output} ×`
  const numbers = [input, output, cacheRead, cacheWrite, cacheWriteLong].map((value) => String(rounded(value)))
  return [code(name), ...numbers, long, source]
}

/** Without what binary fractions add: 0.30000000000000004. */
function rounded(value: number): number {
  return Number(value.toPrecision(6))
}
