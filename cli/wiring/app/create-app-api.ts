import { createApi, type RequestHandler } from '../../../app/api/create-api.ts'
import { createCallers } from '../../../app/api/create-callers.ts'
import { createReadRepositories } from '../../../app/github/read-repositories.ts'
import { createTokenOwners } from '../../../app/github/token-owners.ts'
import { createApiTokens } from '../../../worker/queue/api-tokens.ts'
import { createPaceBook } from '../../../worker/queue/pace-book.ts'
import { gitHubUrls } from '../github-urls.ts'
import type { AppContext } from './app-context.ts'

/** The HTTP API on the installation's Redis and GitHub. */
export function createAppApi({
  settings,
  appId,
  redis,
  log,
  gitHub,
  jobs,
  policyIssues,
  operatorPolicy,
}: AppContext): RequestHandler {
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
    ...{ policyIssues, operatorPolicy, log, now: Date.now },
  })
}
