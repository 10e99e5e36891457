import type { Schema } from './description.ts'

/**
 * An OpenAPI 3.0 schema as a JSON Schema that stands alone: `nullable` said the JSON
 * Schema way, and every referenced component under `definitions`.
 */
export function toJsonSchema(schema: Schema, components: Readonly<Record<string, Schema>>): Schema {
  const definitions: Record<string, unknown> = {}
  const translate = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(translate)
    if (typeof value !== 'object' || value === null) return value
    const { $ref, nullable, ...rest } = Object.fromEntries(Object.entries(value))
    if (typeof $ref === 'string') return { $ref: define($ref) }
    const translated = Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, translate(inner)]))
    return nullable === true ? { anyOf: [translated, { type: 'null' }] } : translated
  }
  const define = (reference: string): string => {
    const name = reference.slice(reference.lastIndexOf('/') + 1)
    if (!(name in definitions)) {
      // Taken before it is translated: components refer to themselves.
      definitions[name] = true
      definitions[name] = translate(components[name] ?? false)
    }
    return `#/definitions/${name}`
  }
  const root = translate(schema)
  return { allOf: [root], definitions }
}

/** The keys that a schema knows, or undefined where it takes any. */
export function knownKeys(schema: Schema): ReadonlySet<string> | undefined {
  const { properties, additionalProperties } = schema
  const alternatives = [schema.oneOf, schema.anyOf, schema.allOf]
    .flat()
    .filter((part) => typeof part === 'object' && part !== null)
  const inner = alternatives
    .map((part) => Object.fromEntries(Object.entries(part)))
    .filter((part) => part.properties !== undefined)
  if (properties === undefined && inner.length === 0) return undefined
  if (properties === undefined && additionalProperties !== undefined && additionalProperties !== false) return undefined
  return new Set([properties, ...inner.map((part) => part.properties)].flatMap((part) => Object.keys(part ?? {})))
}
