import type { SecretMatch } from './secret-match.ts'

type Place = Pick<SecretMatch, 'start' | 'end'>

/** Whether a place overlaps one of these, which are apart from each other and in their order. In logarithmic time. */
export function overlaps(apart: readonly Place[], { start, end }: Place): boolean {
  let [low, high] = [0, apart.length]
  // The first that ends behind the start.
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((apart[middle]?.end ?? 0) > start) high = middle
    else low = middle + 1
  }
  return (apart[low]?.start ?? Number.POSITIVE_INFINITY) < end
}
