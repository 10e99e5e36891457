/**
 * Every text that a person reads on GitHub. Pure: imports the contract, knows no network, disk or clock.
 *
 * What a model, a repository or a stranger wrote passes through harmless.ts before it is shown. Two things are done
 * there, because one is not enough: tokens that GitHub acts on are broken visibly with a space (a backslash does not
 * stop a mention, and a squash merge copies a body into a commit, where no Markdown protects anybody), and Markdown is
 * shown as typed.
 */
import type { JobProgress, JobRequest, JobSummary } from '../../worker/contract/index.ts'
import { branchName } from './branch-name.ts'
import { isOnEarlierCommit, jobCheck } from './check-run.ts'
import { findingText } from './findings-table.ts'
import { gateCheck } from './gate-check.ts'
import { heldIssue } from './held-issue.ts'
import { pullRequestBody } from './pull-request-body.ts'
import { commitMessage, pullRequestTitle, releaseMessage } from './pull-request-title.ts'
import { finishedComment, runningComment, waitingComment } from './status-comment.ts'

/** Every text of a running job; a composition root hands it to the worker's pipeline, which knows only the port. */
export const wording = {
  branch: branchName,
  commitMessage,
  releaseMessage,
  pullRequest: (request: JobRequest, summary: JobSummary, template: string | null) => ({
    title: pullRequestTitle(request),
    body: pullRequestBody(request, summary, template),
  }),
  waiting: waitingComment,
  running: (request: JobRequest, progress: JobProgress) => runningComment(request, progress, true),
  finished: finishedComment,
  checkRuns: (request: JobRequest, summary: JobSummary) => [
    jobCheck(request, summary),
    // A change that is held, or not published at all, has no commit that its lines could be shown on.
    ...(summary.held !== undefined || isOnEarlierCommit(request, summary) ? [] : summary.gates).map((result) =>
      gateCheck(request, result),
    ),
  ],
  findingText,
  heldIssue,
}

/** The same where jobs run alone on Actions, and no command reaches one that runs. */
export const aloneWording = {
  ...wording,
  running: (request: JobRequest, progress: JobProgress) => runningComment(request, progress, false),
}
