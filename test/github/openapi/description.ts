import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/**
 * GitHub's own description of its REST API, as npm brings it. Only tests have the package:
 * it is looked for when asked for. The variant with references is read, because it is a
 * fifth of the size of the one without; the package's main file would load all variants.
 */
const FILE = '@octokit/openapi/generated/api.github.com.json'

export type Schema = Readonly<Record<string, unknown>>

const schemaSchema = z.record(z.string(), z.unknown())
const contentSchema = z.record(z.string(), z.object({ schema: schemaSchema.optional() }))
const parameterSchema = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header', 'cookie']),
  required: z.boolean().default(false),
  schema: schemaSchema,
})
const referenceSchema = z.object({ $ref: z.string() })

const responseSchema = z.object({ content: contentSchema.optional() })

const operationSchema = z.object({
  parameters: z.array(z.union([referenceSchema, parameterSchema])).default([]),
  requestBody: z.object({ required: z.boolean().default(false), content: contentSchema }).optional(),
  responses: z.record(z.string(), z.union([referenceSchema, responseSchema])),
})

const componentsSchema = z.object({
  schemas: z.record(z.string(), schemaSchema),
  parameters: z.record(z.string(), parameterSchema),
  responses: z.record(z.string(), responseSchema),
})

const descriptionSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: componentsSchema,
})

export type Parameter = z.infer<typeof parameterSchema>

export interface Operation {
  readonly parameters: readonly Parameter[]
  readonly body: { readonly required: boolean; readonly schema: Schema } | undefined
  /** By status; the schema is undefined where there is no JSON body. */
  readonly responses: ReadonlyMap<string, Schema | undefined>
}

export interface Description {
  operation(method: string, template: string): Operation | undefined
  readonly schemas: Readonly<Record<string, Schema>>
}

let loading: Promise<Description> | undefined

/** Reads the description; once per process, for it takes a tenth of a second and never changes. */
export function loadDescription(): Promise<Description> {
  loading ??= load()
  return loading
}

async function load(): Promise<Description> {
  const text = await readFile(fileURLToPath(import.meta.resolve(FILE)), 'utf8')
  const { paths, components } = descriptionSchema.parse(JSON.parse(text))
  return {
    schemas: components.schemas,
    operation(method, template) {
      const raw = paths[template]?.[method.toLowerCase()]
      return raw === undefined ? undefined : readOperation(raw, components)
    },
  }
}

function readOperation(raw: unknown, components: z.infer<typeof componentsSchema>): Operation {
  const { parameters, requestBody, responses } = operationSchema.parse(raw)
  const schema = requestBody?.content['application/json']?.schema
  return {
    parameters: parameters.flatMap((parameter) =>
      '$ref' in parameter ? (components.parameters[nameOf(parameter.$ref)] ?? []) : parameter,
    ),
    body: requestBody && schema ? { required: requestBody.required, schema } : undefined,
    responses: new Map(
      Object.entries(responses).map(([status, response]) => {
        const described = '$ref' in response ? components.responses[nameOf(response.$ref)] : response
        return [status, described?.content?.['application/json']?.schema]
      }),
    ),
  }
}

function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1)
}
