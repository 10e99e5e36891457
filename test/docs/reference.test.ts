import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { defaultPolicy } from '../../app/repo-policy/default-policy.ts'
import { operatorJsonSchema } from '../../app/repo-policy/operator/operator-json-schema.ts'
import { parseOperatorPolicy } from '../../app/repo-policy/operator/operator-policy.ts'
import { parsePolicy } from '../../app/repo-policy/parse-policy.ts'
import { policyFileOf } from '../../app/repo-policy/policy-file-of.ts'
import { policyJsonSchema } from '../../app/repo-policy/policy-json-schema.ts'
import { resolvePolicy } from '../../app/repo-policy/resolve-policy.ts'
import { exampleOperatorPolicy } from '../../scripts/reference/example-operator-policy.ts'
import { exampleOrganisation } from '../../scripts/reference/example-organisation.ts'
import { examplePolicy } from '../../scripts/reference/example-policy.ts'
import { exampleRules } from '../../scripts/reference/example-rules.ts'
import { findStale } from '../../scripts/reference/find-stale.ts'
import { policyKeys } from '../../scripts/reference/policy-keys.ts'
import { referencePages } from '../../scripts/reference/reference-pages.ts'

const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : null)

describe('pages of docs/ that are made from the code', () => {
  it('are what `npm run docs` would write', () => {
    expect(findStale(referencePages(), read).map(({ path }) => path)).toEqual([])
  })

  it('are called stale when a file says something else, or is not there', () => {
    const pages = ['same', 'other', 'missing'].map((path) => ({ path, text: 'what the code says' }))
    const files = new Map([
      ['same', 'what the code says'],
      ['other', 'what the code said'],
    ])

    const stale = findStale(pages, (path) => files.get(path) ?? null)

    expect(stale.map(({ path }) => path)).toEqual(['other', 'missing'])
  })

  it('gives the defaults as a file that means them', () => {
    const file = policyFileOf(defaultPolicy)

    expect(policyOf(JSON.stringify(file))).toEqual(defaultPolicy)
  })

  it('lists every key that the policy has a default for', () => {
    const keys = policyKeys(policyJsonSchema()).map(({ path }) => path)

    expect(keys).toEqual(expect.arrayContaining(pathsOf(policyFileOf(defaultPolicy))))
    expect(keys.filter((path) => !path.startsWith('rules'))).toHaveLength(68)
  })

  it('shows an example that Airlock reads, and the README shows the same', () => {
    expect(policyOf(examplePolicy).limits.costUsd).toBe(3)
    expect(policyOf(exampleRules).setup.network).toHaveLength(4)
    expect(policyOf(exampleOrganisation).agents).toEqual(['claude', 'codex'])
    expect(read('README.md')).toContain(examplePolicy)
  })

  it('shows an operator’s policy that Airlock reads, and lists each of its keys', () => {
    const keys = policyKeys(operatorJsonSchema()).map(({ path }) => path)

    expect(parseOperatorPolicy(exampleOperatorPolicy, 'operator.yml')).toMatchObject({ ok: true })
    expect(keys).toEqual(
      expect.arrayContaining(['maximum.cost-usd', 'isolation.rules[].topic', 'accept-weaker[].reason']),
    )
  })

  it('says rightly that a file does not lower the permission', () => {
    expect(policyOf('triggers: { permission: triage }').triggers.permission).toBe('write')
    expect(policyOf('triggers: { permission: admin }').triggers.permission).toBe('admin')
  })
})

function policyOf(text: string) {
  const parsed = parsePolicy(text, 'airlock.yml')
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const resolved = resolvePolicy({ operator: null, organisation: null, repository: parsed.policy })
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems))
  return resolved.policy
}

function pathsOf(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const isGroup = typeof inner === 'object' && inner !== null && !Array.isArray(inner)
    return isGroup ? pathsOf(inner, `${prefix}${key}.`) : [`${prefix}${key}`]
  })
}
