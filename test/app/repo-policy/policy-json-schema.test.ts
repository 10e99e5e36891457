import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { policyJsonSchema } from '../../../app/repo-policy/policy-json-schema.ts'

describe('policyJsonSchema', () => {
  const validate = formats.default(new Ajv2020({ strict: false })).compile(policyJsonSchema())

  it('accepts an empty policy and a full one', () => {
    expect(validate({})).toBe(true)
    expect(validate({ agent: 'codex', limits: { minutes: 30, memory: '4g', 'cost-usd': 5 }, network: [] })).toBe(true)
  })

  it('refuses what the parser refuses', () => {
    expect(validate({ agnet: 'codex' })).toBe(false)
    expect(validate({ limits: { memory: 4 } })).toBe(false)
    expect(validate({ setup: { run: 'npm ci' } })).toBe(false)
  })

  it('describes every key', () => {
    expect(undescribed(policyJsonSchema(), '')).toEqual([])
  })
})

function undescribed(schema: unknown, path: string): string[] {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return []
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => {
    const here = `${path}.${key}`
    const described = typeof inner === 'object' && inner !== null && 'description' in inner
    return [...(described ? [] : [here]), ...undescribed(inner, here)]
  })
}
