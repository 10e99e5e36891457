import type { JobProgress, JobRequest, JobSummary } from '../../worker/contract/index.ts'
import { branchName } from './branch-name.ts'
import { checkRun } from './check-run.ts'
import { pullRequestBody } from './pull-request-body.ts'
import { commitMessage, pullRequestTitle } from './pull-request-title.ts'
import { finishedComment, runningComment } from './status-comment.ts'

/** Every text of a running job; a composition root hands it to the worker's pipeline, which knows only the port. */
export const wording = {
  branch: branchName,
  commitMessage,
  pullRequest: (request: JobRequest, summary: JobSummary) => ({
    title: pullRequestTitle(request),
    body: pullRequestBody(request, summary),
  }),
  running: (request: JobRequest, progress: JobProgress) => runningComment(request, progress),
  finished: finishedComment,
  checkRun: (_request: JobRequest, summary: JobSummary) => checkRun(summary),
}
