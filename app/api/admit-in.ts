import { type Admission, admit, listen } from '../intake/admit.ts'
import type { OperatorPolicy } from '../repo-policy/operator/operator-policy.ts'
import type { Caller, ReadRepository } from './ports.ts'

/** Whether a caller may ask for a job there, as their comment would be judged. Throws GitHubError. */
export async function admitIn(
  { facts }: Pick<ReadRepository, 'facts'>,
  operatorPolicy: OperatorPolicy,
  { id, login, type }: Pick<Caller, 'id' | 'login' | 'type'>,
): Promise<Admission> {
  const deps = { facts, operatorPolicy }
  return admit(deps, await listen(deps), { id, login, type })
}
