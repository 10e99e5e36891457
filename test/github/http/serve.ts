import type { Serve } from './listen.ts'
import { isArtifactPath, serveArtifact } from './serve-artifact.ts'
import { type GitServices, isGitPath, serveGit } from './serve-git.ts'
import { API_ROOT, type RestServices, serveRest } from './serve-rest.ts'

/** A request that the stand-in itself failed at. */
export interface Failure {
  readonly method: string
  readonly path: string
  readonly error: unknown
}

const unknown = {
  template: undefined,
  identity: { kind: 'nobody' },
  body: undefined,
  violations: [],
  fault: undefined,
  status: 404,
} as const

/** Sends each request to where it belongs. What fails here is no answer of GitHub's, so the connection is dropped. */
export function createServe(services: RestServices & GitServices, failures: Failure[]): Serve {
  return async (request, response, url) => {
    const { method = 'GET' } = request
    try {
      if (isGitPath(url.pathname)) await serveGit(services, request, response, url)
      else if (isArtifactPath(url.pathname)) serveArtifact(services.world.state, response, url)
      else if (url.pathname.startsWith(`${API_ROOT}/`)) await serveRest(services, request, response, url)
      else {
        services.log.add({ ...unknown, at: new Date(), method, path: url.pathname, query: url.search })
        response.writeHead(404).end()
      }
    } catch (error) {
      const clientLeft = request.destroyed && !request.complete
      if (!clientLeft) failures.push({ method, path: url.pathname, error })
      response.destroy()
    } finally {
      services.log.ended()
    }
  }
}
