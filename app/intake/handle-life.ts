import type { BaseLogger } from 'pino'
import type { LifeEntry, LifeEvent, NamedRepository } from '../../worker/contract/index.ts'
import {
  candidatesOf,
  evaluateLife,
  findFreedNames,
  type InstallationNow,
  type ReachableRepository,
} from './evaluate-life.ts'
import type { Attempt } from './ports.ts'

/** Installations as GitHub has them. Methods throw GitHubError. */
export interface Installations {
  now(installationId: number, owner: string, attempt: Attempt): Promise<InstallationNow>
}

/** What is known here. Methods throw a retryable error. */
export interface LifeBook {
  installationsOf(repositoryId: number): Promise<readonly number[]>
  known(installationId: number): Promise<readonly NamedRepository[]>
  /** What the operator holds under a name that others can take is for these repositories alone. */
  close(name: string, repositoryIds: readonly number[]): Promise<void>
  /** Stops jobs, and leaves the rest to the workers. Returns how many jobs were told. */
  write(entry: LifeEntry, now: Date): Promise<number>
}

export interface LifeDeps {
  readonly installations: Installations
  readonly book: LifeBook
  /** Has it asked anew what the installation reaches. Throws a retryable error. */
  readonly forgetUnreached: (installationId: number) => Promise<void>
  /** Told of what an installation reaches that was added to it. May throw GitHubError, or a retryable error. */
  readonly welcome: (event: LifeEvent, reachable: readonly ReachableRepository[], attempt: Attempt) => Promise<void>
  readonly log: Pick<BaseLogger, 'info'>
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/**
 * Looks what became of an installation, and has jobs stopped and things removed where the App may not act any more. A
 * transferred repository is told to its new owner's installation: every one that knows it is looked at.
 */
export async function handleLife(deps: LifeDeps, event: LifeEvent, attempt: Attempt): Promise<void> {
  const others = await Promise.all(event.repositories.map(({ id }) => deps.book.installationsOf(id)))
  for (const installationId of new Set([event.installationId, ...others.flat()])) {
    await handleInstallation(deps, event, installationId, attempt)
  }
}

async function handleInstallation(
  { installations, book, forgetUnreached, welcome, log, now }: LifeDeps,
  event: LifeEvent,
  installationId: number,
  attempt: Attempt,
): Promise<void> {
  await forgetUnreached(installationId)
  const known = await book.known(installationId)
  const candidates = candidatesOf(event, installationId, known)
  const found = await installations.now(installationId, `life:${event.deliveryId}`, attempt)
  const effects = evaluateLife(event, candidates, found)
  await attempt.fence.check()
  for (const freed of findFreedNames(known, candidates, found)) await book.close(freed.name, freed.repositoryIds)
  const { version: _, repositories, ...told } = event
  const own = installationId === event.installationId
  const stopped = await book.write(
    { event: told, installationId, repositories: own ? repositories : [], effects },
    new Date(now()),
  )
  const { name, deliveryId, by } = event
  log.info({ deliveryId, event: name, by, installationId, found: found.kind, effects, stopped }, 'organisation event')
  if (own && found.kind === 'active') await welcome(event, found.repositories, attempt)
}
