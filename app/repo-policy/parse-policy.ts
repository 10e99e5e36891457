import { type PolicyPath, type PolicyProblem, parseYaml } from './parse-yaml.ts'
import { type PolicyFile, policyFileSchema } from './policy-schema.ts'

export type { PolicyProblem } from './parse-yaml.ts'

export interface ParsedPolicy {
  /** How people call this file: `.github/airlock.yml`, or its owner's. */
  readonly name: string
  readonly file: PolicyFile
  lineOf(path: PolicyPath): number | null
  /** Of a rule: where it stands in its file, before the path of a key. */
  readonly pathPrefix?: string
  /** Levels just below it that belong to it: those of its rules that hold where it is read. */
  readonly fitted?: readonly ParsedPolicy[]
}

export type PolicyParse =
  | { readonly ok: true; readonly policy: ParsedPolicy }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] }

/** Reads one airlock.yml. Never throws: what cannot be read is a list of problems. */
export function parsePolicy(text: string, name: string): PolicyParse {
  const result = parseYaml(text, name, policyFileSchema)
  if (!result.ok) return result
  const { value: file, lineOf } = result.parsed
  return { ok: true, policy: { name, file, lineOf } }
}
