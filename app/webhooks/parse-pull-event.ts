import { z } from 'zod'
import { type PullEvent, pullEventSchema } from '../../worker/contract/index.ts'
import { sharedShape } from './payload-schemas.ts'
import type { Delivery } from './read-common.ts'

export type ParsedPull =
  | { readonly kind: 'pull'; readonly event: PullEvent }
  | { readonly kind: 'ignored'; readonly why: string }
  | { readonly kind: 'invalid'; readonly problem: string }

/** `edited`: another base branch was set, by a person, or by GitHub when the base of a stacked one was merged. */
const actions: readonly unknown[] = ['opened', 'synchronize', 'reopened', 'edited']
const { number, headSha, changedFiles } = pullEventSchema.shape
const retargetedSchema = z.object({ changes: z.object({ base: z.object({}) }) })
const payloadSchema = z.object({
  installation: sharedShape.installation,
  repository: sharedShape.repository,
  pull_request: z.object({
    number,
    changed_files: changedFiles,
    head: z.object({ sha: headSha }),
    base: z.object({ ref: z.string().max(255) }),
  }),
})

/** Whether a delivery may bring a change of a policy file, by what it says of itself. */
export function mayChangePolicy(event: string, action: unknown): boolean {
  return event === 'pull_request' && actions.includes(action)
}

/** Only the default branch's policy counts, so a pull request against another one changes none. */
export function parsePullEvent({ event, payload, deliveryId, receivedAt }: Delivery): ParsedPull {
  if (!mayChangePolicy(event, payload.action)) return { kind: 'ignored', why: 'no commits are offered' }
  const isEdited = payload.action === 'edited'
  if (isEdited && !retargetedSchema.safeParse(payload).success) return { kind: 'ignored', why: 'its base is the same' }
  if (payload.installation === undefined) return { kind: 'ignored', why: 'not sent for an installation' }
  const parsed = payloadSchema.safeParse(payload)
  if (!parsed.success) return { kind: 'invalid', problem: 'not as GitHub sends it: pull_request' }
  const { installation, repository, pull_request: pull } = parsed.data
  const { id, name, private: isPrivate, default_branch: defaultBranch, owner } = repository
  if (pull.base.ref !== defaultBranch) return { kind: 'ignored', why: 'not for the default branch' }
  // Against a base of a moment ago GitHub may not have counted anew.
  if (pull.changed_files === 0 && !isEdited) return { kind: 'ignored', why: 'no file is changed' }
  return {
    kind: 'pull',
    event: {
      version: 1,
      deliveryId,
      eventKey: `pull:${id}:${pull.number}:${pull.head.sha}:${pull.base.ref}`,
      installationId: installation.id,
      repository: { id, owner: owner.login, name, private: isPrivate, defaultBranch },
      number: pull.number,
      headSha: pull.head.sha,
      changedFiles: pull.changed_files,
      receivedAt,
    },
  }
}
