/** Where it is kept what installations and repositories went through, and what we have of them. */

/** What happened, for every worker to act upon in its order. */
export const journalKey = 'airlock:life:journal'
/** More are forgotten, the oldest first. */
export const mostJournalEntries = 10_000
/** By worker, up to where it has acted. */
export const readKey = 'airlock:life:read'

/** Installations that jobs were asked for in, and of each its repositories by id. */
export const installationsKey = 'airlock:life:installations'
export const knownKey = (installationId: number) => `airlock:life:known:${installationId}`

/** Jobs of the last weeks by when they were written down: id, number of the issue, number of the pull request. */
export const jobsKey = (installationId: number, repositoryId: number) =>
  `airlock:life:jobs:${installationId}:${repositoryId}`

/** What has left and is still to be removed here: since when, in milliseconds, by installation and repository. */
export const leavingKey = 'airlock:life:leaving'
export const leavingField = (installationId: number, repositoryId: number) => `${installationId}:${repositoryId}`
