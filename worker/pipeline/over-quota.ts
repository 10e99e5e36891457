import { describeQuota, type Quota } from '../contract/index.ts'
import { end } from './job.ts'

/** How a job ends that may not begin, because this is used up. */
export function endOverQuota(quota: Quota) {
  return end('refused', quota.unit === 'usd' ? 'budget-spent' : 'quota-spent', describeQuota(quota))
}

/** And one that used up the last of it. */
export function endOfQuota(quota: Quota) {
  return end('failed', quota.unit === 'usd' ? 'budget-used-up' : 'quota-used-up', describeQuota(quota))
}
