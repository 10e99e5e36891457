import { z } from 'zod'
import { holds } from '../auth/authorize.ts'
import { covers } from '../auth/installation-tokens.ts'
import { appBody, installationBody, installationTokenBody } from '../bodies/app-body.ts'
import { repositoryBody } from '../bodies/repository-body.ts'
import { invalid, notFound, Refusal } from '../http/refusal.ts'
import { created, noContent, ok, page } from '../http/reply.ts'
import { appRoute, type Call, param, parseBody, type Route, type TokenCall, tokenRoute } from '../http/route.ts'
import type { Installation, Permissions, Repository } from '../state/entities.ts'
import { findRepository } from '../state/state.ts'

const levelSchema = z.enum(['read', 'write', 'admin'])

const tokenSchema = z.object({
  repositories: z.array(z.string()).optional(),
  repository_ids: z.array(z.number()).optional(),
  permissions: z.record(z.string(), levelSchema).optional(),
})

export const appRoutes: readonly Route[] = [
  appRoute('GET', '/app', ({ world }) => ok(appBody(world))),
  appRoute('GET', '/app/hook/config', ({ world: { app } }) =>
    ok({
      ...{ url: app.hook.url, content_type: app.hook.contentType, insecure_ssl: app.hook.insecureSsl },
      ...(app.hook.hasSecret ? { secret: '********' } : {}),
    }),
  ),
  appRoute('GET', '/app/installations', (call) =>
    page(
      call,
      call.world.state.installations.map((installation) => installationBody(call.world, installation)),
    ),
  ),
  appRoute('GET', '/app/installations/{installation_id}', (call) =>
    ok(installationBody(call.world, installationOf(call))),
  ),
  appRoute('POST', '/app/installations/{installation_id}/access_tokens', createToken),
  appRoute('GET', '/repos/{owner}/{repo}/installation', (call) => {
    const installation = findRepository(call.world.state, param(call, 'owner'), param(call, 'repo'))?.installation
    if (!installation) throw notFound()
    return ok(installationBody(call.world, installation))
  }),
  tokenRoute('GET', '/installation/repositories', (call) =>
    page(call, reachable(call), (repositories) => listBody(call, repositories)),
  ),
  tokenRoute('DELETE', '/installation/token', ({ world, token }) => {
    world.tokens.revoke(token)
    return noContent()
  }),
]

function createToken(call: Call) {
  const installation = installationOf(call)
  if (installation.suspendedAt) throw new Refusal(403, 'This installation has been suspended')
  const input = parseBody(call, tokenSchema)
  const repositories = chosenRepositories(call, installation, input)
  const permissions = chosenPermissions(call.world.app.permissions, input.permissions)
  return created(installationTokenBody(call.world, call.world.tokens.mint({ installation, repositories, permissions })))
}

function chosenRepositories(
  call: Call,
  installation: Installation,
  input: z.infer<typeof tokenSchema>,
): readonly Repository[] | 'all' {
  if (input.repositories === undefined && input.repository_ids === undefined) return 'all'
  const installed = call.world.state.repositories.filter((repository) => repository.installation === installation)
  const named = (input.repositories ?? []).map((name) => installed.find((repository) => repository.name === name))
  const numbered = (input.repository_ids ?? []).map((id) => installed.find((repository) => repository.id === id))
  return [...named, ...numbered].map((repository) => {
    if (repository) return repository
    throw invalid(
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    )
  })
}

function chosenPermissions(granted: Permissions, wanted: Permissions | undefined): Permissions {
  if (wanted === undefined) return granted
  for (const [name, level] of Object.entries(wanted)) {
    if (!holds(granted, `${name}:${level === 'read' ? 'read' : 'write'}`))
      throw invalid('The permissions requested are not granted to this installation.')
  }
  return { ...wanted, metadata: 'read' }
}

function installationOf(call: Call): Installation {
  const id = Number(param(call, 'installation_id'))
  const installation = call.world.state.installations.find((known) => known.id === id)
  if (!installation) throw notFound()
  return installation
}

function reachable({ world, token }: TokenCall): Repository[] {
  return world.state.repositories.filter((repository) => covers(token, repository))
}

function listBody(call: TokenCall, repositories: readonly Repository[]) {
  return {
    total_count: reachable(call).length,
    repository_selection: call.token.repositories === 'all' ? 'all' : 'selected',
    repositories: repositories.map((repository) => repositoryBody(call.world, repository)),
  }
}
