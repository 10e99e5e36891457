import { describe, expect, it } from 'vitest'
import { mapDevcontainerImage, readDevcontainerImage } from '../../../app/repo-policy/devcontainer-image.ts'
import type { PolicyText } from '../../../app/repo-policy/evaluate-policy.ts'
import { parseOperatorPolicy } from '../../../app/repo-policy/operator/operator-policy.ts'

const text = (text: string): PolicyText => ({ kind: 'text', text })
const reading = (files: Readonly<Record<string, PolicyText>>) =>
  readDevcontainerImage(async (path) => files[path] ?? { kind: 'none' })

describe('the image that a dev container names', () => {
  it('is read with comments and commas left in, from the first of two places', async () => {
    const first = text('{ // ours\n "image": "node:22", }')

    expect(await reading({ '.devcontainer/devcontainer.json': first, '.devcontainer.json': text('{}') })).toBe(
      'node:22',
    )
    expect(await reading({ '.devcontainer.json': first })).toBe('node:22')
    expect(await reading({})).toBeUndefined()
  })

  it.each<[string, PolicyText]>([
    ['is no JSON', text('{ "image": ')],
    ['names none', text('{ "build": { "dockerfile": "Dockerfile" } }')],
    ['names a list', text('{ "image": ["node"] }')],
    ['is a folder', { kind: 'unreadable', why: 'it is not a file' }],
  ])('is none where the file %s, whatever lies in the other place', async (_what, found) => {
    const files = { '.devcontainer/devcontainer.json': found, '.devcontainer.json': text('{ "image": "node" }') }

    expect(await reading(files)).toBeUndefined()
  })
})

describe('the operator’s map of such images', () => {
  const parsed = parseOperatorPolicy(
    [
      'devcontainer-images:',
      '  mcr.microsoft.com/devcontainers/python: science',
      '  mcr.microsoft.com/devcontainers/*: base',
      '  registry.acme.example:5000/team/node: agents',
    ].join('\n'),
    'operator.yml',
  )
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))

  it.each([
    ['mcr.microsoft.com/devcontainers/python:3.12', 'science'],
    [`mcr.microsoft.com/devcontainers/python:3@sha256:${'a'.repeat(64)}`, 'science'],
    ['MCR.microsoft.com/devcontainers/Rust', 'base'],
    ['registry.acme.example:5000/team/node', 'agents'],
    ['registry.acme.example:5000/team/node:latest', 'agents'],
    ['registry.acme.example/team/node', undefined],
    ['evil.example/mcr.microsoft.com/devcontainers/python', undefined],
    ['mcr.microsoft.com/devcontainers/python/../../evil', undefined],
    ['python:3.12', undefined],
    [undefined, undefined],
  ])('has for %s: %s', (image, mapped) => {
    expect(mapDevcontainerImage(parsed.policy, image)).toBe(mapped)
  })
})
