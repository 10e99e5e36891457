import { createApi, type RequestHandler } from '../../app/api/create-api.ts'
import { createCallers } from '../../app/api/create-callers.ts'
import type { GitHubApp } from '../../app/github/create-github-app.ts'
import { createReadRepositories } from '../../app/github/read-repositories.ts'
import { createTokenOwners } from '../../app/github/token-owners.ts'
import type { OperatorPolicy } from '../../app/repo-policy/operator/operator-policy.ts'
import { createApiTokens } from '../../worker/queue/api-tokens.ts'
import type { Jobs } from '../../worker/queue/enqueue.ts'
import { createPaceBook } from '../../worker/queue/pace-book.ts'
import { gitHubUrls } from './github-urls.ts'
import type { AppDeps } from './start-app.ts'

export interface ApiWiring extends Pick<AppDeps, 'settings' | 'appId' | 'redis' | 'log'> {
  readonly gitHub: GitHubApp
  readonly jobs: Jobs
  readonly operatorPolicy: OperatorPolicy
}

/** The HTTP API on the installation's Redis and GitHub. */
export function createAppApi({ settings, appId, redis, log, gitHub, jobs, operatorPolicy }: ApiWiring): RequestHandler {
  const urls = gitHubUrls(settings)
  return createApi({
    callers: createCallers({
      owners: createTokenOwners({ appId, baseUrl: urls.api }),
      tokens: createApiTokens(redis),
    }),
    repositories: createReadRepositories(gitHub),
    ...{ jobs, known: jobs.known, threads: jobs.threads },
    pace: createPaceBook(redis),
    webUrl: urls.git,
    ...{ operatorPolicy, log, now: Date.now },
  })
}
