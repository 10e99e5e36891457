import { z } from 'zod'
import { operatorFileSchema } from './operator-schema.ts'

/** JSON Schema of the operator's policy, for editors; docs/operator.schema.json is made from it. */
export function operatorJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(operatorFileSchema, { io: 'input', target: 'draft-2020-12' })
  return { ...schema, title: "Airlock's operator policy" }
}
