import type { Issue, Repository } from '../github/state/entities.ts'
import type { World } from './start-world.ts'

/** A pull request of ours. */
export interface Published {
  readonly repository: Repository
  readonly pull: Issue
  readonly branch: string
}

/** Makes one in a repository of its own, where `writers` may write beside ada. */
export async function publishOwn(
  world: World,
  spec: { readonly name: string; readonly policy: string; readonly writers: readonly string[] },
): Promise<Published> {
  const { writers, ...wanted } = spec
  const repository = await world.createRepository(wanted)
  for (const login of writers) world.github.addCollaborator(repository, login, 'write')
  const asked = await world.ask(repository)
  await world.ended(asked.jobId)
  const pull = repository.issues.find((issue) => issue.pull !== undefined)
  if (pull?.pull === undefined) throw new Error('nothing was published')
  return { repository, pull, branch: pull.pull.headRef }
}
