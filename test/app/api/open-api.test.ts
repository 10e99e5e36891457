import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { statusOf } from '../../../app/api/api-refusal.ts'
import { openApiDocument } from '../../../app/api/open-api.ts'
import { errorCodes } from '../../../app/api/schemas.ts'
import { type ApiWorld, bearer, jobIn, startApiWorld } from './api-world.ts'

const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.object({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())) }),
})
const responsesSchema = z.object({ responses: z.record(z.string(), z.unknown()) })

let world: ApiWorld
beforeAll(async () => {
  world = await startApiWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

describe('the description of the API', () => {
  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(openApiDocument()))

    expect(errors).toBeUndefined()
    expect(valid).toBe(true)
  })

  it('would be found invalid with a mistake in it', async () => {
    const { valid } = await new Validator().validate({ ...structuredClone(openApiDocument()), paths: { jobs: 1 } })

    expect(valid).toBe(false)
  })

  it('is served to everybody, as it is', async () => {
    const { status, body } = await world.send('/api/openapi.json', {})

    expect(status).toBe(200)
    expect(body).toEqual(JSON.parse(JSON.stringify(openApiDocument())))
  })

  it('describes what is answered', async () => {
    const { schemas } = documentSchema.parse(openApiDocument()).components
    const ajv = formats.default(new Ajv2020({ strict: false }))
    const task = { repository: 'acme/library', task: 'Mend it.' }

    const asked = await world.ask(task)
    const { id } = jobIn(asked)
    const shown = await world.send(`/api/jobs/${id}`, { headers: bearer(world.token) })
    const refused = await world.ask({ ...task, base: 'nowhere' })

    for (const { body } of [asked, shown]) expect(ajv.validate(schemas.Job ?? {}, body)).toBe(true)
    expect(ajv.validate(schemas.Error ?? {}, refused.body)).toBe(true)
    expect(ajv.validate(schemas.Error ?? {}, asked.body)).toBe(false)
    expect(ajv.validate(schemas.Ask ?? {}, task)).toBe(true)
    expect(ajv.validate(schemas.Ask ?? {}, { ...task, force: true })).toBe(false)
  })

  it('lists the status of every refusal', () => {
    const operations = Object.values(documentSchema.parse(openApiDocument()).paths).flatMap((path) =>
      Object.values(path),
    )
    const described = operations.flatMap((one) => Object.keys(responsesSchema.safeParse(one).data?.responses ?? {}))

    const unsaid = errorCodes.filter(
      (code) => code !== 'method-not-allowed' && !described.includes(String(statusOf[code])),
    )
    expect(unsaid).toEqual([])
  })
})
