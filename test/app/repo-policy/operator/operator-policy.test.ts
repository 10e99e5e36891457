import { describe, expect, it } from 'vitest'
import { defaultOperatorPolicy, parseOperatorPolicy } from '../../../../app/repo-policy/operator/operator-policy.ts'
import { operatorFileSchema } from '../../../../app/repo-policy/operator/operator-schema.ts'

const full = `
maximum: { minutes: 60, memory: 8g, cpus: 4, pids: 1024, disk: 20g, output: 256m, cost-usd: 10 }
profiles: [strict, moderate, permissive]
images: [base, agents]
devcontainer-images: { "mcr.microsoft.com/devcontainers/*": base }
agents: [claude, codex]
isolation:
  least: container
  rules:
    - { visibility: private, least: gvisor }
    - { name: "acme/pay-*", topic: regulated, least: microvm }
    - { property: { data-class: secret }, least: microvm }
accept-weaker:
  - { repository: acme/website, isolation: process, reason: "public code, nothing to steal" }
policy:
  triggers: { permission: maintain }
`

describe('the operator’s policy', () => {
  it('is read with every key', () => {
    const result = parseOperatorPolicy(full, '/etc/airlock/operator.yml')

    expect(result).toMatchObject({ ok: true, policy: { file: { images: ['base', 'agents'] } } })
  })

  it('bounds what a repository gets even where nothing is written', () => {
    const { file } = defaultOperatorPolicy

    expect(file).toEqual(operatorFileSchema.parse({}))
    expect(file.maximum).toMatchObject({ minutes: 120, cpus: 8, 'cost-usd': 50 })
    expect(file.profiles).not.toContain('permissive')
    expect(file['accept-weaker']).toEqual([])
  })

  it('keeps the other maxima where one is written', () => {
    const result = parseOperatorPolicy('maximum: { minutes: 15 }', 'operator.yml')

    expect(result).toMatchObject({ ok: true, policy: { file: { maximum: { minutes: 15, cpus: 8 } } } })
  })

  it.each([
    ['maximum:\n  minuts: 5\n', 'maximum.minuts', 2, 'right would be: maximum: {'],
    ['images: [base]\ndevcontainer-images: { node: agents }\n', 'devcontainer-images', 2, 'that images does not list'],
    [
      'devcontainer-images: { "no de": base }\n',
      'devcontainer-images.no de',
      1,
      'right would be: devcontainer-images: {',
    ],
    ['isolation: gvisor\n', 'isolation', 1, 'right would be: isolation: {'],
    [
      'isolation:\n  rules:\n    - { visibility: privat, least: gvisor }\n',
      'isolation.rules[0].visibility',
      3,
      'right',
    ],
    [
      'accept-weaker:\n  - { repository: "*", isolation: process, reason: because I say so }\n',
      'accept-weaker[0].repository',
      2,
      'OWNER/NAME',
    ],
    [
      'accept-weaker:\n  - { repository: "a/b", isolation: process }\n',
      'accept-weaker[0].reason',
      2,
      'right would be: accept-weaker',
    ],
    [
      'accept-weaker:\n  - { repository: "a/b", isolation: process, until: spring, reason: "gVisor comes then" }\n',
      'accept-weaker[0].until',
      2,
      'expected a day such as 2027-03-31; right would be: accept-weaker',
    ],
    [
      'accept-weaker:\n  - { repository: "a/b", isolation: process, until: 2027-02-30, reason: "gVisor comes then" }\n',
      'accept-weaker[0].until',
      2,
      'expected a day',
    ],
    ['policy:\n  netwrok: []\n', 'policy.netwrok', 2, 'right would be: policy'],
    ['maximun: {}\n', 'maximun', 1, 'the keys are maximum, profiles'],
  ])('names file, key and remedy of %j', (text, path, line, remedy) => {
    const result = parseOperatorPolicy(text, 'operator.yml')

    expect(result).toMatchObject({
      ok: false,
      problems: [{ file: 'operator.yml', path, line, message: expect.stringContaining(remedy) }],
    })
  })
})
