import type { Policy } from '../../../worker/contract/index.ts'
import { valuesOf } from '../values-of.ts'
import { isWithin } from './is-within.ts'

/** One value of the effective policy that a change makes another. */
export interface ChangedValue {
  readonly key: string
  /** Undefined: no level sets it. */
  readonly before: unknown
  readonly after: unknown
  /** `changed`: neither allows all of the other, or it is a matter of taste. */
  readonly becomes: 'wider' | 'narrower' | 'changed'
}

const allowed = 'gates.licenses.allow-licenses'

export function comparePolicies(before: Policy, after: Policy): ChangedValue[] {
  const [old, now] = [valuesOf(before), valuesOf(after)]
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const [was, is] = [old.get(key), now.get(key)]
    if (JSON.stringify(was) === JSON.stringify(is)) return []
    // What is denied is taken out of a list of what is allowed, which stands in its place: the two are no one axis.
    const replaced = key === 'gates.licenses.deny-licenses' && (old.has(allowed) || now.has(allowed))
    return [{ key, before: was, after: is, becomes: replaced ? 'changed' : becomes(key, was, is) }]
  })
}

function becomes(key: string, before: unknown, after: unknown): ChangedValue['becomes'] {
  const [fits, fitted] = [isWithin(key, after, before), isWithin(key, before, after)]
  if (fits === fitted || fits === null) return 'changed'
  return fits ? 'narrower' : 'wider'
}
