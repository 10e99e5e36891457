import type { Policy } from '../../worker/contract/index.ts'
import { policyFileOf } from './policy-file-of.ts'

/** Every value of a policy by its key in airlock.yml, with dots. */
export function valuesOf(policy: Policy): Map<string, unknown> {
  return new Map(leaves(policyFileOf(policy), ''))
}

function leaves(value: object, prefix: string): [string, unknown][] {
  return Object.entries(value).flatMap(([name, below]: [string, unknown]): [string, unknown][] => {
    const isGroup = typeof below === 'object' && below !== null && !Array.isArray(below)
    return isGroup ? leaves(below, `${prefix}${name}.`) : [[`${prefix}${name}`, below]]
  })
}
