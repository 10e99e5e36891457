import type { ChangeSet, Outcome } from '../../contract/index.ts'
import { digestOfChange } from '../digest-of-change.ts'
import type { Job } from '../job.ts'
import { readablePatch } from '../readable-patch.ts'
import { summarise } from '../summarise.ts'
import type { Made } from './publish.ts'

/** What a comment may show; a reader of more has the operator's command. */
const mostCharacters = 60_000

/** Puts a held change where a person can let it out, and notes what they have to know of it. */
export async function hold(job: Job, made: Made, changeSet: ChangeSet, held: Outcome): Promise<Outcome> {
  const { ports, request, attempt, facts, folders, redactor } = job
  if (ports.held === null) return held
  const subject = request.subject ?? (await ports.held.placeFor(request, attempt.signal))
  if (subject === null) return held
  const digest = digestOfChange(made.changeSet)
  const patch = await ports.source.patch(folders.repository, changeSet, attempt.signal)
  await attempt.fence.check()
  const place = { number: subject.number, digest }
  // The job that an approval makes is told of where it is approved.
  const until = await ports.held.keep({ ...request, subject }, place, {
    kind: 'change',
    ...made,
    patch,
    summary: summarise(job, held),
  })
  // A finding never shows a secret; the lines around it would.
  const mayShowSecret = facts.gates.some(({ gate, findings }) => gate === 'secrets' && findings.length > 0)
  facts.held = {
    digest,
    patch: mayShowSecret ? null : redactor.text(patch === null ? '' : readablePatch(patch, mostCharacters)),
    until: until?.toISOString() ?? null,
    ...(request.subject === null ? { thread: subject } : {}),
  }
  return held
}
