import { digestOf, type Policy } from '../../worker/contract/index.ts'

/** What is compared to tell whether a policy is still the one that a job was frozen with. */
export function policyDigest(policy: Policy): string {
  return digestOf(policy)
}
