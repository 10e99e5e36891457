import { parseYaml } from '../../app/repo-policy/parse-yaml.ts'
import { type ModelPrices, modelPrices } from '../../worker/broker/model-prices.ts'
import { priceFileSchema, withOperatorPrices } from '../../worker/broker/price-file.ts'
import { SettingsError } from './parse-settings.ts'
import { readNamedFile } from './read-named-file.ts'
import type { Settings } from './settings-schema.ts'

const setting = 'AIRLOCK_MODEL_PRICES'
const right = 'right would be: gpt-5: { input: 1.25, output: 10, source: "contract 17, October 2026" }'

/** The built-in prices with those of the file that the setting names. Throws SettingsError: file, line, key and remedy. */
export function loadModelPrices({ AIRLOCK_MODEL_PRICES: path }: Settings): ModelPrices {
  if (path === undefined) return modelPrices
  const result = parseYaml(readNamedFile(setting, path), path, priceFileSchema)
  if (result.ok) return withOperatorPrices(result.parsed.value)
  throw new SettingsError(
    result.problems.map(({ file, line, path: key, message }) => {
      const place = [file, line, key].filter((part) => part !== null && part !== '').join(':')
      return `${setting}: ${place}: ${message}; ${right}`
    }),
  )
}
