import type { LifeEffect, LifeEvent, NamedRepository } from '../../worker/contract/index.ts'

export interface ReachableRepository extends NamedRepository {
  readonly archived: boolean
}

/** What GitHub says of an installation now. */
export type InstallationNow =
  | { readonly kind: 'gone' }
  | { readonly kind: 'suspended' }
  | { readonly kind: 'active'; readonly repositories: readonly ReachableRepository[] }

/**
 * What an event means for repositories of which something may be kept here. GitHub's word of now decides, not the
 * event's: they come out of order and again. Suspended and archived ones may come back; what is out of reach has left.
 */
export function evaluateLife(event: LifeEvent, known: readonly NamedRepository[], now: InstallationNow): LifeEffect[] {
  if (now.kind === 'suspended') return known.map((repository) => stop(repository, 'installation-suspended'))
  const why = now.kind === 'gone' ? 'installation-deleted' : 'out-of-reach'
  const reachable = new Map(now.kind === 'gone' ? [] : now.repositories.map((one) => [one.id, one]))
  return known.flatMap((repository): LifeEffect[] => {
    const found = reachable.get(repository.id)
    if (found === undefined) return [{ repository, effect: 'remove', why }]
    return found.archived && event.name === 'repository.archived' ? [stop(repository, 'archived')] : []
  })
}

function stop(repository: NamedRepository, why: LifeEffect['why']): LifeEffect {
  return { repository, effect: 'stop', why }
}

/**
 * What may be kept of an installation: what is known of it, and what the event names, under the event's names, which are
 * newer. Of a repository that was just made nothing can be kept; it may be the owner's, with a policy.
 */
export function candidatesOf(
  event: LifeEvent,
  installationId: number,
  known: readonly NamedRepository[],
): readonly NamedRepository[] {
  const isCounted = event.name !== 'repository.created' && event.installationId === installationId
  const named = isCounted ? event.repositories : []
  return [...new Map([...known, ...named].map((repository) => [repository.id, repository])).values()]
}
