import {
  describeProblems,
  evaluateLevels,
  type FileLevels,
  fitLevels,
  policyPath,
} from '../../app/repo-policy/evaluate-policy.ts'
import type { OperatorPolicy } from '../../app/repo-policy/operator/operator-policy.ts'
import { parsePolicy } from '../../app/repo-policy/parse-policy.ts'
import { withRules } from '../../app/repo-policy/rules/fit-rules.ts'
import type { Policy } from '../../worker/contract/index.ts'
import type { Git } from '../../worker/git/git-command.ts'
import { readText } from '../../worker/git/local/read-text.ts'
import type { Io } from '../command.ts'
import { loadOperatorPolicy } from '../settings/load-operator-policy.ts'
import { parseSettings } from '../settings/parse-settings.ts'
import type { ChangeFlags } from './read-gates-flags.ts'

/** The policy says something that cannot be read or is not allowed. The message says where. */
class PolicyError extends Error {
  override readonly name = 'PolicyError'
}

/** Whose copy a folder is cannot be told: no rule for certain repositories is meant for it. */
const traits = { fullName: 'local/repository', nameIsProven: false, visibility: null, topics: null, properties: null }

/** `--policy`, or the file of the base commit, below the operator's. The change's own has no say. Throws PolicyError. */
export async function loadGatesPolicy(
  git: Git,
  gitDir: string,
  base: string,
  { policy }: Pick<ChangeFlags, 'policy'>,
  io: Pick<Io, 'env' | 'signal'>,
): Promise<Policy> {
  const operator = loadOperatorPolicy(parseSettings(io.env, []))
  const ofBase = () => readText(git, gitDir, { sha: base, path: policyPath }, io.signal)
  const found = policy === null ? await ofBase() : { kind: 'text' as const, text: policy.text }
  if (found.kind === 'unreadable') throw new PolicyError(`${policyPath} ${found.why}`)
  const parsed = found.kind === 'none' ? null : parsePolicy(found.text, policy?.name ?? policyPath)
  if (parsed?.ok === false) throw new PolicyError(describeProblems(parsed.problems))
  const files: FileLevels = [null, parsed?.policy ?? null]
  const resolved = evaluateLevels(operator, files, traits)
  if (!resolved.ok) throw new PolicyError(describeProblems(resolved.problems))
  // What jobs protect by default is what GitHub refuses an App. Here it is a person's own push.
  const { gates } = resolved.policy
  return isProtectedByAny(operator, files)
    ? resolved.policy
    : { ...resolved.policy, gates: { ...gates, protected: [] } }
}

function isProtectedByAny(operator: OperatorPolicy, files: FileLevels): boolean {
  const fitted = fitLevels(operator, files, traits)
  const levels = fitted.ok ? Object.values(fitted.levels).filter((level) => level !== null) : []
  return levels.flatMap(withRules).some(({ file }) => file.gates?.protected !== undefined)
}
