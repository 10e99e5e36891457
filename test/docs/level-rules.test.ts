import { describe, expect, it } from 'vitest'
import { type ParsedPolicy, parsePolicy } from '../../app/repo-policy/parse-policy.ts'
import { policyFileOf } from '../../app/repo-policy/policy-file-of.ts'
import { policyJsonSchema } from '../../app/repo-policy/policy-json-schema.ts'
import { resolvePolicy } from '../../app/repo-policy/resolve-policy.ts'
import { ruleOfKey } from '../../scripts/reference/level-rules.ts'
import { policyKeys } from '../../scripts/reference/policy-keys.ts'
import { quotaHolders, quotaUnits } from '../../worker/contract/index.ts'

const quotaBounds = quotaHolders.flatMap((holder) =>
  quotaUnits.map((unit): [string, readonly [number, number]] => [`quotas.${holder}.${unit}`, [5, 20]]),
)

/** Two values of each key; where a level may not loosen, the first is the stricter one. */
const samples: Readonly<Record<string, readonly [unknown, unknown]>> = {
  agent: ['claude', 'codex'],
  agents: [['claude'], ['claude', 'codex']],
  command: [
    ['node', 'a.js'],
    ['node', 'b.js'],
  ],
  'agent-settings': ['ignore', 'load'],
  model: ['claude-sonnet-5', 'gpt-5'],
  models: [['gpt-5-mini'], ['gpt-5*']],
  'runs-on': ['worker', 'actions'],
  image: ['base', 'node'],
  isolation: ['microvm', 'process'],
  profile: ['strict', 'moderate'],
  'setup.run': [['npm ci'], ['make']],
  'setup.inputs': [['*.lock'], ['package.json']],
  'setup.secrets': [['A'], ['A', 'B']],
  'setup.network': [['npm'], ['npm', 'example.com']],
  network: [['npm'], ['npm', 'example.com']],
  'limits.minutes': [5, 60],
  'limits.silence-minutes': [5, 20],
  'limits.memory': ['1g', '2g'],
  'limits.cpus': [1, 4],
  'limits.pids': [64, 1024],
  'limits.disk': ['1g', '20g'],
  'limits.output': ['1m', '1g'],
  'limits.cost-usd': [1, 100],
  'limits.tokens': [1000, 2000],
  'budgets.person': [5, 20],
  'budgets.repository': [5, 20],
  'budgets.organisation': [5, 20],
  ...Object.fromEntries(quotaBounds),
  'quotas.over': ['refuse', 'wait'],
  'gates.licenses.allow-licenses': [['MIT'], ['MIT', 'ISC']],
  'gates.licenses.deny-licenses': [['MIT'], ['ISC']],
  'gates.licenses.allow-dependencies-licenses': [['pkg:npm/a'], ['pkg:npm/a', 'pkg:npm/b']],
  'gates.licenses.deny-packages': [['pkg:npm/a'], ['pkg:pypi/b']],
  'gates.protected': [['a/**'], ['b/**']],
  'gates.suppress': [[suppression('a')], [suppression('b')]],
  'gates.suppress-by': ['organisation', 'repository'],
  'triggers.label': ['airlock', 'agent'],
  'triggers.command': ['/airlock', '/agent'],
  'triggers.permission': ['admin', 'write'],
  'triggers.schedules': ['never', 'daily'],
  schedules: [[schedule('a')], [schedule('b')]],
  welcome: [['acme/a'], ['acme/*']],
  'triggers.teams': [['a'], ['a', 'b']],
  'approvals.own': [false, true],
  'approvals.permission': ['admin', 'write'],
  'approvals.teams': [['a'], ['a', 'b']],
  'handoff.draft': [true, false],
  'handoff.ci': ['skip', 'quarantine'],
  'handoff.reviewers': [['requester'], ['codeowners']],
}

describe('what the policy reference says of levels', () => {
  it('says it of every key, and of no other', () => {
    const keys = policyKeys(policyJsonSchema()).map(({ path }) => path)

    const own = keys.filter((path) => !path.includes('[]') && path !== 'rules')
    expect(Object.keys(ruleOfKey).sort()).toEqual(own.sort())
  })

  it.each(Object.entries(ruleOfKey))('%s: %s', (path, rule) => {
    const [first, second] = samples[path] ?? []
    expect(first, 'without samples nothing is shown').toBeDefined()

    const downwards = resolveKey(path, first, second)
    const upwards = resolveKey(path, second, first)

    expect({ downwards, upwards }).toEqual(expectedBy(rule, first, second))
  })
})

function expectedBy(rule: string, first: unknown, second: unknown) {
  if (rule === 'lowest') return { downwards: second, upwards: first }
  if (rule === 'own' || rule === 'same' || rule === 'organisation') return { downwards: 'refused', upwards: 'refused' }
  if (rule === 'part' || rule === 'stricter') return { downwards: 'refused', upwards: first }
  if (rule === 'sum') return { downwards: [first, second].flat(), upwards: [second, first].flat() }
  return { downwards: first, upwards: first }
}

/** What a repository gets that asks for `below` where its organisation says `above`. */
function resolveKey(path: string, above: unknown, below: unknown): unknown {
  const result = resolvePolicy({
    operator: null,
    organisation: policyWith(path, above),
    repository: policyWith(path, below),
  })
  if (!result.ok) return 'refused'
  return path.split('.').reduce<unknown>((value, key) => Reflect.get(Object(value), key), policyFileOf(result.policy))
}

function policyWith(path: string, value: unknown): ParsedPolicy {
  const file = path.split('.').reduceRight((inner, key) => ({ [key]: inner }), value)
  const parsed = parsePolicy(JSON.stringify(file), 'airlock.yml')
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.policy
}

function suppression(digit: string) {
  return { fingerprint: digit.repeat(32), reason: 'made up for a test', until: '2027-03-31' }
}

function schedule(task: string) {
  return { cron: '0 3 * * 1', task, by: 'ada' }
}
