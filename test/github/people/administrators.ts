import { installationBody } from '../bodies/app-body.ts'
import { repositoryBody } from '../bodies/repository-body.ts'
import { userBody } from '../bodies/user-body.ts'
import type { Installation, Repository } from '../state/entities.ts'
import { ensureInstallation, ensureUser, fullName } from '../state/state.ts'
import type { Delivery } from '../webhooks/deliveries.ts'
import { common } from '../webhooks/events.ts'
import type { World } from '../world.ts'

/** What administrators do, as `root`, with the webhook that GitHub sends for it. */
export interface Administrators {
  /** Takes the App off an account. */
  uninstall(installationId: number): Promise<Delivery>
  suspendAndTell(suspended: boolean, installationId: number): Promise<Delivery>
  /** Lets the App reach the repository, or not any more. */
  reach(repository: Repository, reached: boolean): Promise<Delivery>
  renameAndTell(repository: Repository, name: string): Promise<Delivery>
  /** Told to the new owner's installation alone. */
  transferAndTell(repository: Repository, owner: string): Promise<Delivery>
  archive(repository: Repository): Promise<Delivery>
  deleteRepository(repository: Repository): Promise<Delivery>
  publicize(repository: Repository): Promise<Delivery>
}

export function createAdministrators(world: World): Administrators {
  const { state, deliveries } = world
  const sender = () => ensureUser(state, 'root')
  const brief = (repository: Repository) => {
    const { id, node_id, name, full_name, private: isPrivate } = repositoryBody(world, repository)
    return { id, node_id, name, full_name, private: isPrivate }
  }

  function ofInstallation(installation: Installation, event: string, action: string, more: object): Promise<Delivery> {
    const payload = { action, installation: installationBody(world, installation), ...more }
    const signed = { ...payload, sender: userBody(world, sender()) }
    return deliveries.deliver({ event, payload: signed, repository: undefined, installation })
  }

  function ofRepository(repository: Repository, action: string, more: object = {}): Promise<Delivery> {
    const payload = { action, ...more, ...common(world, repository, sender()) }
    return deliveries.deliver({ event: 'repository', payload, repository })
  }

  const installationOf = (id: number) => {
    const found = state.installations.find((installation) => installation.id === id)
    if (found === undefined) throw new Error(`there is no installation ${id}`)
    return found
  }

  return {
    async uninstall(id) {
      const installation = installationOf(id)
      const reached = state.repositories.filter((repository) => repository.installation === installation)
      state.installations.splice(state.installations.indexOf(installation), 1)
      for (const repository of reached) repository.installation = undefined
      return ofInstallation(installation, 'installation', 'deleted', { repositories: reached.map(brief) })
    },
    async suspendAndTell(suspended, id) {
      const installation = installationOf(id)
      installation.suspendedAt = suspended ? new Date() : undefined
      return ofInstallation(installation, 'installation', suspended ? 'suspend' : 'unsuspend', {})
    },
    async reach(repository, reached) {
      const installation = repository.installation ?? ensureInstallation(state, repository.owner)
      repository.installation = reached ? installation : undefined
      const [added, removed] = reached ? [[repository], []] : [[], [repository]]
      const lists = { repositories_added: added.map(brief), repositories_removed: removed.map(brief) }
      const more = { repository_selection: 'selected', ...lists, requester: null }
      return ofInstallation(installation, 'installation_repositories', reached ? 'added' : 'removed', more)
    },
    async renameAndTell(repository, name) {
      const from = repository.name
      repository.formerNames.push(from)
      repository.name = name
      return ofRepository(repository, 'renamed', { changes: { repository: { name: { from } } } })
    },
    async transferAndTell(repository, owner) {
      const from = fullName(repository).split('/')[0]
      repository.owner = ensureUser(state, owner, 'Organization')
      repository.installation = ensureInstallation(state, repository.owner)
      return ofRepository(repository, 'transferred', {
        changes: { owner: { from: { organization: { login: from } } } },
      })
    },
    async archive(repository) {
      repository.archived = true
      return ofRepository(repository, 'archived')
    },
    async deleteRepository(repository) {
      const { installation } = repository
      const payload = { action: 'deleted', ...common(world, repository, sender()) }
      state.repositories.splice(state.repositories.indexOf(repository), 1)
      repository.installation = undefined
      const told = { event: 'repository', payload, repository }
      return deliveries.deliver(installation === undefined ? told : { ...told, installation })
    },
    async publicize(repository) {
      repository.private = false
      return ofRepository(repository, 'publicized')
    },
  }
}
