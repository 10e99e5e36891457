import { createHash } from 'node:crypto'
import type { InstallationToken } from '../auth/installation-tokens.ts'
import type { Installation } from '../state/entities.ts'
import type { World } from '../world.ts'
import { repositoryBody } from './repository-body.ts'
import { nodeId, time, userBody } from './user-body.ts'

export function appBody(world: World) {
  const { app } = world
  return {
    id: app.id,
    slug: app.slug,
    node_id: nodeId('Integration', app.id),
    client_id: `Iv23${createHash('sha256').update(app.slug).digest('hex').slice(0, 16)}`,
    owner: userBody(world, app.owner),
    name: app.slug,
    description: null,
    external_url: `${world.url}/${app.slug}`,
    html_url: `${world.url}/apps/${app.slug}`,
    created_at: time(app.createdAt),
    updated_at: time(app.createdAt),
    permissions: app.permissions,
    events: app.events,
    installations_count: world.state.installations.length,
  }
}

export function installationBody(world: World, installation: Installation) {
  const url = `${world.api}/app/installations/${installation.id}`
  return {
    id: installation.id,
    account: userBody(world, installation.account),
    repository_selection: 'all',
    access_tokens_url: `${url}/access_tokens`,
    repositories_url: `${world.api}/installation/repositories`,
    html_url: `${world.url}/organizations/${installation.account.login}/settings/installations/${installation.id}`,
    app_id: world.app.id,
    app_slug: world.app.slug,
    client_id: appBody(world).client_id,
    target_id: installation.account.id,
    target_type: installation.account.type,
    permissions: world.app.permissions,
    events: world.app.events,
    created_at: time(installation.createdAt),
    updated_at: time(installation.createdAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: null,
    suspended_at: installation.suspendedAt ? time(installation.suspendedAt) : null,
  }
}

export function installationTokenBody(world: World, token: InstallationToken) {
  const chosen = token.repositories
  return {
    token: token.token,
    expires_at: time(token.expiresAt),
    permissions: token.permissions,
    repository_selection: chosen === 'all' ? 'all' : 'selected',
    ...(chosen === 'all' ? {} : { repositories: chosen.map((repository) => repositoryBody(world, repository)) }),
  }
}
