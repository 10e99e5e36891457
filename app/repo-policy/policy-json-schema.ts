import { z } from 'zod'
import { networkRule } from './network-schema.ts'
import { policyFileSchema } from './policy-schema.ts'

/** JSON Schema of airlock.yml, for editors; docs/airlock.schema.json is made from it. */
export function policyJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(policyFileSchema, { io: 'input', target: 'draft-2020-12' })
  return { ...schema, title: 'airlock.yml' }
}

/** The part of it that describes one rule of a network list. */
export function networkRuleJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(networkRule, { io: 'input', target: 'draft-2020-12' })
}
