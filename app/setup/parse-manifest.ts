import { parse } from 'yaml'
import { z } from 'zod'

const level = z.enum(['read', 'write'])
const manifestSchema = z.strictObject({
  name: z.string().min(1).max(34),
  description: z.string().max(500),
  public: z.boolean(),
  default_permissions: z.record(z.string(), level),
  default_events: z.array(z.string()),
})

/** What app.yml says of the App, by GitHub's names. */
export type Manifest = z.infer<typeof manifestSchema>

/** Our own file: what is wrong with it is a bug, and thrown. */
export function parseManifest(text: string): Manifest {
  return manifestSchema.parse(parse(text))
}
