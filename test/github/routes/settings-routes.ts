import { repositoryUrl } from '../bodies/repository-body.ts'
import { notFound } from '../http/refusal.ts'
import { ok } from '../http/reply.ts'
import { param, type Route, repositoryRoute } from '../http/route.ts'

function pullRequestRule(approvals: number) {
  return {
    required_approving_review_count: approvals,
    ...{ dismiss_stale_reviews_on_push: false, require_code_owner_review: false },
    ...{ require_last_push_approval: false, required_review_thread_resolution: false },
  }
}

/** What administrators set. Rulesets may be read by whoever reads the repository, the rest by administrators alone. */
export const settingsRoutes: readonly Route[] = [
  repositoryRoute('GET', '/rules/branches/{branch}', ['metadata:read'], ({ repository }) =>
    ok(
      repository.ruledApprovals === undefined
        ? []
        : [{ type: 'pull_request', parameters: pullRequestRule(repository.ruledApprovals) }],
    ),
  ),
  repositoryRoute('GET', '/branches/{branch}/protection', ['administration:read'], (call) => {
    const { world, repository } = call
    if (!repository.protectedBranches.has(param(call, 'branch'))) throw notFound()
    return ok({
      url: `${repositoryUrl(world, repository)}/branches/${param(call, 'branch')}/protection`,
      required_pull_request_reviews: {
        required_approving_review_count: repository.protectedApprovals,
        ...{ dismiss_stale_reviews: false, require_code_owner_reviews: false },
      },
    })
  }),
  repositoryRoute('GET', '/actions/permissions/workflow', ['administration:read'], ({ repository: { workflows } }) =>
    ok({ default_workflow_permissions: workflows.level, can_approve_pull_request_reviews: workflows.approve }),
  ),
]
