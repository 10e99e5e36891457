import { z } from 'zod'

/** One key of airlock.yml that holds a value. */
export interface PolicyKey {
  /** With dots: `setup.run`. */
  readonly path: string
  readonly type: string
  readonly description: string
}

/** As much of JSON Schema as the policy's own uses. */
interface SchemaNode {
  readonly type: string
  readonly description: string
  readonly properties?: Readonly<Record<string, SchemaNode>> | undefined
  readonly items?: ItemNode | undefined
  readonly enum?: readonly string[] | undefined
  readonly pattern?: string | undefined
  readonly minimum?: number | undefined
  readonly exclusiveMinimum?: number | undefined
  readonly maximum?: number | undefined
}

interface ItemNode {
  readonly anyOf?: readonly unknown[] | undefined
  readonly enum?: readonly string[] | undefined
  readonly properties?: Readonly<Record<string, SchemaNode>> | undefined
}

const nodeSchema: z.ZodType<SchemaNode> = z.object({
  type: z.enum(['object', 'string', 'number', 'integer', 'boolean', 'array']),
  description: z.string(),
  get properties() {
    return z.record(z.string(), nodeSchema).optional()
  },
  get items() {
    return z
      .object({
        anyOf: z.array(z.unknown()).optional(),
        enum: z.array(z.string()).optional(),
        properties: z.record(z.string(), nodeSchema).optional(),
      })
      .optional()
  },
  enum: z.array(z.string()).optional(),
  pattern: z.string().optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
})

/** Every key of the policy's JSON Schema, in its order. Throws where one has no type or description. */
export function policyKeys(schema: unknown): PolicyKey[] {
  return keysBelow(nodeSchema.parse(schema), '')
}

function keysBelow({ properties }: Pick<SchemaNode, 'properties'>, prefix: string): PolicyKey[] {
  return Object.entries(properties ?? {}).flatMap(([name, node]) => {
    const path = `${prefix}${name}`
    if (node.properties !== undefined) return keysBelow(node, `${path}.`)
    const own = { path, type: typeOf(node), description: node.description }
    return [own, ...keysBelow({ properties: node.items?.properties }, `${path}[].`)]
  })
}

function listOf(item: ItemNode | undefined): string {
  if (item?.properties !== undefined) return 'list of the keys below'
  if (item?.anyOf !== undefined) return 'list of text and rules'
  return item?.enum === undefined ? 'list of text' : `list of ${wordsOf(item.enum)}`
}

function wordsOf(values: readonly string[]): string {
  return values.map((value) => `\`${value}\``).join(', ')
}

function typeOf(node: SchemaNode): string {
  if (node.enum !== undefined) return wordsOf(node.enum)
  if (node.type === 'array') return listOf(node.items)
  if (node.type === 'object') return 'names with a text each'
  if (node.type === 'boolean') return '`true`, `false`'
  if (node.type === 'string') return node.pattern?.endsWith('[kmgt]$') ? 'size' : 'text'
  const kind = node.type === 'integer' ? 'whole number' : 'number'
  const least = node.minimum === undefined ? `above ${node.exclusiveMinimum}` : `at least ${node.minimum}`
  return `${kind}, ${least}, at most ${node.maximum}`
}
