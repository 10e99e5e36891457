import { createHash } from 'node:crypto'
import { type JobRequest, mostJoined } from '../contract/index.ts'

/** What stays free of a task's bound for what is put between the parts. */
const mostOfTask = 200_000

/**
 * Those of the waiting requests that one job can do together with `first`, in the order in which they were asked: on the
 * same branch, by the same agent, under the same policy, and not more than a task can hold.
 */
export function joinable(first: JobRequest, waiting: readonly JobRequest[]): JobRequest[] {
  const others = waiting
    .filter((other) => other.id !== first.id && isAlike(first, other))
    .toSorted((one, other) => (one.trigger.receivedAt < other.trigger.receivedAt ? -1 : 1))
  let length = first.task.text.length
  return others.slice(0, mostJoined).filter(({ task: { text } }) => {
    if (length + text.length > mostOfTask) return false
    length += text.length
    return true
  })
}

function isAlike(one: JobRequest, other: JobRequest): boolean {
  // A merge of the base branch is a commit of its own, with its own way to be made.
  if (one.merges !== undefined || other.merges !== undefined) return false
  return (
    one.continues?.branch === other.continues?.branch &&
    one.agent === other.agent &&
    one.policyDigest === other.policyDigest &&
    one.policy.model === other.policy.model
  )
}

/** One request for all of them, on this base. What was asked stands in front, in order; what is quoted, once, after it. */
export function joinRequests(first: JobRequest, others: readonly JobRequest[], baseSha: string): JobRequest {
  const base = { ...first.base, sha: baseSha }
  if (others.length === 0) return { ...first, base }
  const inOrder = [first, ...others].toSorted((one, other) =>
    one.trigger.receivedAt < other.trigger.receivedAt ? -1 : 1,
  )
  const asked = inOrder.map((one, index) => sayAsked(one, index)).join('\n\n')
  const text = [asked, ...quotedOnce(inOrder)].join('\n\n')
  const digest = createHash('sha256').update(text, 'utf8').digest('hex')
  return {
    ...first,
    base,
    task: { text, digest, askedLength: asked.length },
    joined: others.map(({ id, actor }) => ({ jobId: id, actor })),
  }
}

function sayAsked({ task: { text, askedLength = 0 }, actor }: JobRequest, index: number): string {
  const asked = text.slice(0, askedLength)
  return index === 0 ? asked : `Also, asked by ${actor.login}:\n\n${asked}`
}

/** Everybody's words are followed by the same pull request. */
function quotedOnce(requests: readonly JobRequest[]): string[] {
  const [first = [], ...more] = requests.map(({ task: { text, askedLength = 0 } }) =>
    text.slice(askedLength).trim().split('\n\n'),
  )
  const others = more.map((parts) => {
    const unlike = parts.findIndex((part, index) => part !== first[index])
    return unlike === -1 ? [] : parts.slice(unlike)
  })
  return [first, ...others].filter((parts) => parts.length > 0).map((parts) => parts.join('\n\n'))
}
