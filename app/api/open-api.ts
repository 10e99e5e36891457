import { z } from 'zod'
import { statusOf } from './api-refusal.ts'
import { askBodySchema, errorAnswerSchema, jobAnswerSchema, jobIdParameter, keySchema } from './schemas.ts'

type Code = keyof typeof statusOf

const schemas = { Ask: askBodySchema, Job: jobAnswerSchema, Error: errorAnswerSchema }
const common: readonly Code[] = ['unauthenticated', 'too-many', 'internal-error', 'unavailable']

/** What the API takes and answers, as OpenAPI 3.1, made from the schemas that it parses with. */
export function openApiDocument(): Readonly<Record<string, unknown>> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Airlock',
      version: '1',
      description:
        'Asks for a job as a comment would: the same request, the same checks, and nobody but a person whose live permission on the repository is enough.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'Wherever this app is.' }],
    security: [{ token: [] }],
    paths: {
      '/api/jobs': {
        post: {
          operationId: 'askForJob',
          summary: 'Ask for a job',
          parameters: [{ name: 'Idempotency-Key', in: 'header', required: false, schema: schemaOf(keySchema) }],
          requestBody: { required: true, content: json('Ask') },
          responses: {
            202: {
              description: 'It is written down, and will be answered whatever happens.',
              headers: { Location: { description: 'Where it is asked about.', schema: { type: 'string' } } },
              content: json('Job'),
            },
            ...refusals([
              'bad-request',
              'forbidden',
              'not-found',
              'timeout',
              'open-already',
              'key-used',
              'too-large',
              'wrong-type',
              'refused',
            ]),
          },
        },
      },
      '/api/jobs/{id}': {
        parameters: [{ name: 'id', in: 'path', required: true, schema: schemaOf(jobIdParameter) }],
        get: {
          operationId: 'showJob',
          summary: 'How far a job is, and how it ended',
          responses: { 200: { description: 'The job.', content: json('Job') }, ...refusals(['not-found']) },
        },
        delete: {
          operationId: 'cancelJob',
          summary: 'Stop a job',
          responses: {
            202: { description: 'It is being stopped.', content: json('Job') },
            ...refusals(['not-found', 'too-late']),
          },
        },
      },
      '/api/openapi.json': {
        get: {
          operationId: 'describe',
          summary: 'This description',
          security: [],
          responses: {
            200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } },
          },
        },
      },
    },
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, schemaOf(schema)])),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: "A person's token of GitHub, or one that the operator made with `airlock tokens create`.",
        },
      },
    },
  }
}

function schemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...said } = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' })
  return said
}

function json(name: keyof typeof schemas) {
  return { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } }
}

/** By status: several codes may share one. */
function refusals(own: readonly Code[]): Record<string, object> {
  const codes = [...own, ...common]
  const statuses = [...new Set(codes.map((code) => statusOf[code]))].toSorted((one, other) => one - other)
  return Object.fromEntries(
    statuses.map((status) => {
      const said = codes.filter((code) => statusOf[code] === status).map((code) => `\`${code}\``)
      return [String(status), { description: `Nothing was done: ${said.join(' or ')}.`, content: json('Error') }]
    }),
  )
}
