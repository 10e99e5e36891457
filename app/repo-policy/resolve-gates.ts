import { type Policy, suppressors } from '../../worker/contract/index.ts'
import { defaultPolicy } from './default-policy.ts'
import { lastSet, mergeSet, strictest, union } from './narrow.ts'
import type { PolicyFile } from './policy-schema.ts'

/** What any level denies is denied, also where another level allows it. */
export function resolveGates(files: readonly PolicyFile[]): Policy['gates'] {
  const gates = files.map((file) => file.gates ?? {})
  const deny = union(gates.map((level) => level.licenses?.['deny-licenses']))
  const allow = lastSet(gates.map((level) => level.licenses?.['allow-licenses']))
  const lists = allow === undefined ? { deny } : { allow: allow.filter((id) => !deny?.includes(id)) }
  const exempt = lastSet(gates.map((level) => level.licenses?.['allow-dependencies-licenses']))
  const denyPackages = union(gates.map((level) => level.licenses?.['deny-packages']))
  const suppress = union(gates.map((level) => level.suppress))
  const suppressBy = strictest(
    suppressors,
    gates.map((level) => level['suppress-by']),
  )
  return {
    ...mergeSet([{ suppress, suppressBy }]),
    licenses: mergeSet<Policy['gates']['licenses']>([lists, { exempt, denyPackages }]),
    protected: union(gates.map((level) => level.protected)) ?? defaultPolicy.gates.protected,
  }
}
