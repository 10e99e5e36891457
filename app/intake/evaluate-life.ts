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

/** A name that is nobody's of those who were known by it, and so for others to take. */
export interface FreedName {
  /** `owner/name`, or an owner alone. */
  readonly name: string
  readonly repositoryIds: readonly number[]
}

/** Names that known repositories, or the account of their installation, had before they were renamed. */
export function findFreedNames(
  known: readonly NamedRepository[],
  candidates: readonly NamedRepository[],
  now: InstallationNow,
): readonly FreedName[] {
  const reachable = now.kind === 'active' ? now.repositories : []
  const called = new Map([...candidates, ...reachable].map((repository) => [repository.id, fullName(repository)]))
  const renamed = known
    .filter((repository) => called.get(repository.id) !== fullName(repository))
    .map((repository) => ({ name: fullName(repository), repositoryIds: [repository.id] }))
  const owners = new Set(reachable.map(({ owner }) => owner.toLowerCase()))
  const before = owners.size === 0 ? [] : known.filter(({ owner }) => !owners.has(owner.toLowerCase()))
  const accounts = [...Map.groupBy(before, ({ owner }) => owner.toLowerCase())]
  return [...renamed, ...accounts.map(([name, of]) => ({ name, repositoryIds: of.map(({ id }) => id) }))]
}

function fullName({ owner, name }: NamedRepository): string {
  return `${owner}/${name}`.toLowerCase()
}
