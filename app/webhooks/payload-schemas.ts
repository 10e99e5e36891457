import { z } from 'zod'
import {
  clickEventSchema,
  gitHubDiffPlaceSchema,
  mostLabels,
  repositorySchema,
  shaSchema,
  sortingSchema,
  triggerEventSchema,
} from '../../worker/contract/index.ts'

/**
 * What is used of GitHub's payloads. Every field has the bounds of the event that it becomes, so that this one look is
 * enough.
 */
const [labelEvent, commentEvent] = triggerEventSchema.options
const { installationId, sender, subject } = labelEvent.shape
const { id: commentId, body: commentBody } = commentEvent.shape.comment.shape
const time = z.iso.datetime({ offset: true })

/** What every payload for an installation has. */
export const sharedShape = {
  installation: z.object({ id: installationId }),
  repository: z.object({
    id: repositorySchema.shape.id,
    name: repositorySchema.shape.name,
    private: repositorySchema.shape.private,
    default_branch: repositorySchema.shape.defaultBranch,
    owner: z.object({ login: repositorySchema.shape.owner }),
  }),
  sender: z.object(sender.shape),
}
export const sharedSchema = z.object(sharedShape)
const subjectShape = {
  number: subject.shape.number,
  title: subject.shape.title,
  body: subject.shape.body.nullish(),
}

export const onIssueSchema = z.object({
  ...sharedShape,
  issue: z.object({
    ...subjectShape,
    updated_at: time,
    labels: z
      .array(z.object({ name: sortingSchema.shape.labels.element }).transform(({ name }) => name))
      .transform((names) => names.slice(0, mostLabels))
      .nullish(),
    milestone: z.object({ number: z.int().positive() }).nullish(),
    /** GitHub calls a pull request an issue that has this. */
    pull_request: z.object({}).nullish(),
  }),
})
export const onPullSchema = z.object({ ...sharedShape, pull_request: z.object(subjectShape) })

const labelShape = z.object({ name: labelEvent.shape.label })
export const labeledSchema = onIssueSchema.extend({ label: labelShape })
export const labeledPullSchema = z.object({
  ...sharedShape,
  pull_request: z.object({ ...subjectShape, updated_at: time }),
  label: labelShape,
})

const openedShape = { created_at: time, user: z.object({ id: sender.shape.id }).nullish() }
export const openedSchema = z.object({ ...sharedShape, issue: onIssueSchema.shape.issue.extend(openedShape) })
export const openedPullSchema = z.object({
  ...sharedShape,
  pull_request: z.object({ ...subjectShape, ...openedShape }),
})

export const commentedSchema = onIssueSchema.extend({
  comment: z.object({ id: commentId, body: commentBody, created_at: time }),
})

const reviewCommentSchema = z.object({
  id: commentId,
  body: commentBody,
  in_reply_to_id: commentId.nullish(),
  updated_at: time,
})
export const reviewCommentedSchema = onPullSchema.extend({ comment: reviewCommentSchema.and(gitHubDiffPlaceSchema) })

export const reviewedSchema = z.object({
  ...sharedShape,
  pull_request: z.object({
    ...subjectShape,
    user: z.object({ type: z.string() }).nullish(),
    head: z.object({ ref: z.string() }).nullish(),
  }),
  review: z.object({ id: commentId, body: commentBody.nullish(), state: z.string().nullish(), submitted_at: time }),
})

export const clickedSchema = z.object({
  ...sharedShape,
  check_run: z.object({
    external_id: z.string().nullish(),
    started_at: time,
    app: z.object({ id: clickEventSchema.shape.appId }),
    check_suite: z.object({ updated_at: time.nullish() }).nullish(),
  }),
  requested_action: z.object({ identifier: z.string().max(100) }).nullish(),
})

export const clickedSuiteSchema = z.object({
  ...sharedShape,
  check_suite: z.object({
    head_sha: shaSchema,
    updated_at: time,
    app: z.object({ id: clickEventSchema.shape.appId }),
  }),
})
