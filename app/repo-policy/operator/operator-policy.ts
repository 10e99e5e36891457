import type { ParsedPolicy, PolicyProblem } from '../parse-policy.ts'
import { type ParsedYaml, type PolicyPath, parseYaml } from '../parse-yaml.ts'
import { type OperatorFile, operatorFileSchema } from './operator-schema.ts'

export interface OperatorPolicy {
  /** How people call the file. */
  readonly name: string
  readonly file: OperatorFile
  /** Its `policy`: an airlock.yml above everybody's. */
  readonly level: ParsedPolicy
  /** Null where the file does not say it in so many words. */
  readonly lineOf: ParsedPolicy['lineOf']
}

export type OperatorParse =
  | { readonly ok: true; readonly policy: OperatorPolicy }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] }

const unwritten = { lineOf: () => null, ownLineOf: () => null }

/** What holds where the operator has written nothing. */
export const defaultOperatorPolicy: OperatorPolicy = policyOf(operatorFileSchema.parse({}), "Airlock's own bounds")

/** Reads the operator's file. Never throws: what cannot be read is a list of problems, each with its remedy. */
export function parseOperatorPolicy(text: string, name: string): OperatorParse {
  const result = parseYaml(text, name, operatorFileSchema)
  if (!result.ok) return { ok: false, problems: result.problems.map(withRemedy) }
  const { value, lineOf, ownLineOf } = result.parsed
  return { ok: true, policy: policyOf(value, name, { lineOf, ownLineOf }) }
}

function policyOf(
  file: OperatorFile,
  name: string,
  { lineOf, ownLineOf }: Pick<ParsedYaml<unknown>, 'lineOf' | 'ownLineOf'> = unwritten,
): OperatorPolicy {
  const level = { name, file: file.policy, lineOf: (path: PolicyPath) => lineOf(['policy', ...path]) }
  return { name, file, level, lineOf: ownLineOf }
}

/** A line that would be right, for each key of the file. */
const examples: Readonly<Record<keyof OperatorFile, string>> = {
  maximum: 'maximum: { minutes: 60, memory: 8g, cpus: 4, disk: 20g, cost-usd: 10 }',
  profiles: 'profiles: [strict, moderate]',
  images: 'images: [base, agents]',
  'devcontainer-images': 'devcontainer-images: { "mcr.microsoft.com/devcontainers/*": base }',
  agents: 'agents: [claude, codex]',
  isolation: 'isolation: { least: container, rules: [{ visibility: private, least: gvisor }] }',
  'accept-weaker':
    'accept-weaker: [{ repository: acme/website, isolation: container, until: 2027-03-31, reason: "public anyway" }]',
  welcome: 'welcome: [acme/handbook, "acme/new-*"]',
  policy: 'policy: { triggers: { permission: maintain } }',
}

function withRemedy(problem: PolicyProblem): PolicyProblem {
  const key = Object.keys(examples).find((name) => problem.path === name || /^[.[]/.test(rest(problem.path, name)))
  const remedy =
    key === undefined
      ? `the keys are ${Object.keys(examples).join(', ')}`
      : `right would be: ${Reflect.get(examples, key)}`
  return { ...problem, message: `${problem.message}; ${remedy}` }
}

function rest(path: string, name: string): string {
  return path.startsWith(name) ? path.slice(name.length) : ''
}
