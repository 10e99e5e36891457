import type { Ajv, ErrorObject, ValidateFunction } from 'ajv'
import type { Match } from '../http/match-route.ts'
import type { Call, Route } from '../http/route.ts'
import { type Description, loadDescription, type Operation, type Parameter } from './description.ts'
import { knownKeys, toJsonSchema } from './to-json-schema.ts'

/** How a request breaks GitHub's description; empty where it does not. */
export type CheckRequest = (match: Match, call: Call) => string[]

type Check = (call: Call) => string[]

/** Compiles each route's check when it is first asked for; a route that GitHub does not describe is an error here. */
export async function loadCheckRequest(routes: readonly Route[]): Promise<CheckRequest> {
  const { Ajv } = await import('ajv')
  const { default: formats } = await import('ajv-formats')
  const options = { strict: false, allErrors: true, logger: false } as const
  const bodies = formats.default(new Ajv(options))
  const parameters = formats.default(new Ajv({ ...options, coerceTypes: 'array' }))
  const description = await loadDescription()
  const operations = new Map(routes.map((route) => [route, operationOf(description, route)]))
  const checks = new Map<Route, Check>()

  return ({ route }, call) => {
    const operation = operations.get(route)
    if (!operation) throw new Error(`no such route: ${route.method} ${route.template}`)
    const check = checks.get(route) ?? createCheck(operation, description, bodies, parameters)
    checks.set(route, check)
    return check(call)
  }
}

function operationOf(description: Description, route: Route): Operation {
  const operation = description.operation(route.method, route.template)
  if (!operation) throw new Error(`GitHub does not describe ${route.method} ${route.template}`)
  return operation
}

function createCheck(operation: Operation, description: Description, bodies: Ajv, parameters: Ajv): Check {
  const compile = (place: Parameter['in']) => {
    const here = operation.parameters.filter((parameter) => parameter.in === place)
    const properties = Object.fromEntries(here.map(({ name, schema }) => [name, schema]))
    const required = here.filter((parameter) => parameter.required).map(({ name }) => name)
    return parameters.compile(
      toJsonSchema({ type: 'object', properties, required, additionalProperties: false }, description.schemas),
    )
  }
  const [path, query] = [compile('path'), compile('query')]
  const checkBody = createBodyCheck(operation, description, bodies)
  return (call) => [
    ...problems('path', path, { ...call.params }),
    ...problems('query', query, Object.fromEntries(call.query)),
    ...checkBody(call.body),
  ]
}

function createBodyCheck({ body }: Operation, description: Description, ajv: Ajv): (sent: unknown) => string[] {
  if (!body) return (sent) => (sent === undefined ? [] : ['body: none is taken here'])
  const validate = ajv.compile(toJsonSchema(body.schema, description.schemas))
  const known = knownKeys(body.schema)
  return (sent) => {
    if (sent === undefined) return body.required ? ['body: is missing'] : []
    // GitHub leaves out what it does not know without a word; here a slip of the pen must show.
    const keys = typeof sent === 'object' && sent !== null && !Array.isArray(sent) ? Object.keys(sent) : []
    const unknown = keys.filter((key) => known && !known.has(key)).map((key) => `body: has no property ${key}`)
    return [...problems('body', validate, sent), ...unknown]
  }
}

function problems(place: string, validate: ValidateFunction, value: unknown): string[] {
  return validate(value)
    ? []
    : (validate.errors ?? []).map((error) => `${place}${error.instancePath}: ${sentence(error)}`)
}

function sentence({ message, params }: ErrorObject): string {
  return `${message ?? 'is wrong'} ${JSON.stringify(params)}`
}
