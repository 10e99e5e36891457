/** What becomes of a key that several levels set. */
export const levelRules = {
  lowest: 'The repository decides.',
  least: 'The smaller value counts.',
  strictest: 'The stricter value counts.',
  stricter: 'The repository may only choose a stricter one; a laxer one is refused.',
  sum: 'Both lists count.',
  part: "The repository may only list what the organisation's list allows; anything else is refused.",
} as const
export type LevelRule = keyof typeof levelRules

/** The rule of each key; a test holds every one of them against resolvePolicy. */
export const ruleOfKey: Readonly<Record<string, LevelRule>> = {
  agent: 'lowest',
  command: 'lowest',
  model: 'lowest',
  models: 'part',
  image: 'lowest',
  isolation: 'strictest',
  profile: 'stricter',
  'setup.run': 'lowest',
  'setup.inputs': 'lowest',
  'setup.secrets': 'part',
  'setup.network': 'part',
  network: 'part',
  'limits.minutes': 'least',
  'limits.memory': 'least',
  'limits.cpus': 'least',
  'limits.pids': 'least',
  'limits.disk': 'least',
  'limits.output': 'least',
  'limits.cost-usd': 'least',
  'gates.licenses.allow-licenses': 'part',
  'gates.licenses.deny-licenses': 'sum',
  'gates.protected': 'sum',
  'gates.suppress': 'sum',
  'gates.suppress-by': 'strictest',
  'triggers.label': 'lowest',
  'triggers.command': 'lowest',
  'triggers.permission': 'strictest',
  'handoff.draft': 'strictest',
  'handoff.ci': 'strictest',
}
