import type { IncomingMessage, ServerResponse } from 'node:http'
import { authorizeRepository, holds } from '../auth/authorize.ts'
import { identify } from '../auth/identify.ts'
import { serveGit as runBackend } from '../git/http-backend.ts'
import { findRepository, fullName } from '../state/state.ts'
import type { World } from '../world.ts'
import type { Faults } from './faults.ts'
import { notFound, Refusal } from './refusal.ts'
import type { RequestLog } from './request-log.ts'

export interface GitServices {
  readonly world: World
  readonly faults: Faults
  readonly log: RequestLog
  readonly signal: AbortSignal
}

const GIT_PATH = /^\/([^/]+)\/([^/]+?)(?:\.git)?(\/(?:info\/refs|git-upload-pack|git-receive-pack))$/

export function isGitPath(path: string): boolean {
  return GIT_PATH.test(path)
}

/** Git's smart HTTP, for tokens that may; what they may not change is refused by the repository's hook. */
export async function serveGit(
  services: GitServices,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const { world, faults, log } = services
  const [method, path] = [request.method ?? 'GET', url.pathname]
  const identity = identify(world, request.headers.authorization)
  const fault = faults.take({ method, path, template: 'git' })
  const record = log.add({
    at: new Date(),
    method,
    path,
    query: url.search,
    template: 'git',
    identity,
    body: undefined,
    violations: [],
    fault,
    status: undefined,
  })

  await faults.pause(record, 'before')
  if (typeof fault === 'string') return void response.destroy()
  try {
    if (fault) throw new Refusal(fault.status, 'Server Error')
    record.status = await answer(services, identity, request, response, url)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    record.status = error.status
    response.writeHead(error.status, { 'content-type': 'text/plain', ...error.headers }).end(error.message)
  }
}

async function answer(
  { world, signal }: GitServices,
  identity: ReturnType<typeof identify>,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<number> {
  const [, owner = '', name = '', service = ''] = GIT_PATH.exec(url.pathname) ?? []
  const repository = findRepository(world.state, owner, name)
  if (identity.kind === 'nobody' && repository?.private !== false) {
    throw new Refusal(401, 'Authentication required', { headers: { 'www-authenticate': 'Basic realm="GitHub"' } })
  }
  if (!repository) throw notFound()

  const pushes = service === '/git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack'
  const permissions = authorizeRepository(identity, repository, [pushes ? 'contents:write' : 'contents:read'])
  if (repository.name.toLowerCase() !== name.toLowerCase()) {
    throw new Refusal(301, 'Moved Permanently', {
      headers: { location: `${world.url}/${fullName(repository)}.git${service}${url.search}` },
    })
  }
  const { gitDir, protectedBranches } = repository
  const mayChangeWorkflows = holds(permissions, 'workflows:write')
  return runBackend(
    {
      gitDir,
      service,
      query: url.search.slice(1),
      protectedBranches: [...protectedBranches],
      mayChangeWorkflows,
      signal,
    },
    request,
    response,
  )
}
