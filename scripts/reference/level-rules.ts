import { quotaHolders, quotaUnits } from '../../worker/contract/index.ts'

/** What becomes of a key that several levels set. */
export const levelRules = {
  lowest: 'The repository decides.',
  least: 'The smaller value counts.',
  strictest: 'The stricter value counts.',
  stricter: 'The repository may only choose a stricter one; a laxer one is refused.',
  sum: 'Both lists count.',
  same: 'The organisation decides, where it says anything; another value in the repository is refused.',
  own: "Only in the repository's own file; in another it is refused.",
  part: "The repository may only list what the organisation's list allows; anything else is refused.",
} as const
export type LevelRule = keyof typeof levelRules

const quotaBounds = quotaHolders.flatMap((holder) =>
  quotaUnits.map((unit): [string, LevelRule] => [`quotas.${holder}.${unit}`, 'least']),
)

/** The rule of each key; a test holds every one of them against resolvePolicy. */
export const ruleOfKey: Readonly<Record<string, LevelRule>> = {
  agent: 'lowest',
  agents: 'part',
  command: 'lowest',
  'agent-settings': 'stricter',
  model: 'lowest',
  models: 'part',
  'runs-on': 'same',
  image: 'lowest',
  isolation: 'strictest',
  profile: 'stricter',
  'setup.run': 'lowest',
  'setup.inputs': 'lowest',
  'setup.secrets': 'part',
  'setup.network': 'part',
  network: 'part',
  'limits.minutes': 'least',
  'limits.silence-minutes': 'least',
  'limits.memory': 'least',
  'limits.cpus': 'least',
  'limits.pids': 'least',
  'limits.disk': 'least',
  'limits.output': 'least',
  'limits.cost-usd': 'least',
  'budgets.person': 'least',
  'budgets.repository': 'least',
  'budgets.organisation': 'least',
  ...Object.fromEntries(quotaBounds),
  'quotas.over': 'strictest',
  'gates.licenses.allow-licenses': 'part',
  'gates.licenses.deny-licenses': 'sum',
  'gates.licenses.allow-dependencies-licenses': 'part',
  'gates.licenses.deny-packages': 'sum',
  'gates.protected': 'sum',
  'gates.suppress': 'sum',
  'gates.suppress-by': 'strictest',
  'triggers.label': 'lowest',
  'triggers.command': 'lowest',
  'triggers.permission': 'strictest',
  'triggers.schedules': 'strictest',
  schedules: 'own',
  'triggers.teams': 'part',
  'approvals.own': 'strictest',
  'approvals.permission': 'strictest',
  'approvals.teams': 'part',
  'handoff.draft': 'strictest',
  'handoff.ci': 'strictest',
  'handoff.reviewers': 'lowest',
}
