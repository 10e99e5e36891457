import {
  type BrokeredCredential,
  brokeredSecrets,
  type NetworkEntry,
  networkEntryName,
} from '../../worker/contract/index.ts'
import type { PolicyFile } from './policy-schema.ts'

/**
 * May a level below this one have the secret inside its sandbox? A list of secrets is the bound. Without one, a secret
 * that this level lets the broker add is only for that: whoever could take it could send it anywhere.
 */
export function mayTake({ setup }: PolicyFile, name: string): boolean {
  return setup?.secrets?.includes(name) ?? !brokeredSecrets(setup?.network ?? []).includes(name)
}

/** May a level below this one have the broker add this secret? To the same host in the same way, or if it may take it. */
export function mayBroker(above: PolicyFile, entry: NetworkEntry): boolean {
  if (typeof entry === 'string' || entry.credential === undefined) return true
  const { credential } = entry
  if (mayTake(above, credential.secret)) return true
  return (above.setup?.network ?? []).some((allowed) => {
    if (typeof allowed === 'string' || allowed.credential === undefined) return false
    return networkEntryName(allowed) === networkEntryName(entry) && sameCredential(allowed.credential, credential)
  })
}

function sameCredential(one: BrokeredCredential, other: BrokeredCredential): boolean {
  return (['secret', 'username', 'header', 'format'] as const).every((key) => one[key] === other[key])
}
