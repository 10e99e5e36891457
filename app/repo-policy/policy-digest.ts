import { digestOf, type Policy } from '../../worker/contract/index.ts'

/**
 * What is compared to tell whether a policy is still the one that a job was frozen with. What is asked for at set times
 * is another job's matter.
 */
export function policyDigest({ schedules: _, ...policy }: Policy): string {
  return digestOf(policy)
}
