import { clouds } from './formats/clouds.ts'
import { codeHosts } from './formats/code-hosts.ts'
import { data } from './formats/data.ts'
import { messages } from './formats/messages.ts'
import { models } from './formats/models.ts'
import { money } from './formats/money.ts'
import { registries } from './formats/registries.ts'
import { watching } from './formats/watching.ts'

/** Every token format that is known here. A provider more is a line in one of the tables. */
export const tokenFormats = [
  ...codeHosts,
  ...clouds,
  ...models,
  ...money,
  ...messages,
  ...watching,
  ...registries,
  ...data,
]
