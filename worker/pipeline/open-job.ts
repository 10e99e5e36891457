import type { JobRequest } from '../contract/index.ts'
import { createAnnouncer } from './announcer.ts'
import { type Attempt, createFacts, type Job, type PipelinePorts } from './job.ts'
import type { AuditLog } from './ports/index.ts'
import { createRedactor } from './redactor.ts'

/** What is done of a job in one attempt. `settle` waits until the requester was told what was announced. */
export type JobWork<T> = (job: Job, settle: () => Promise<void>) => Promise<T>

/** Gives an attempt its record and its folders, and takes them away again, whatever becomes of it. */
export async function openJob<T>(
  request: JobRequest,
  attempt: Attempt,
  ports: PipelinePorts,
  work: JobWork<T>,
): Promise<T> {
  const facts = createFacts(ports.now())
  const redactor = createRedactor()
  const record = await ports.audits.open(request.id, attempt.number)
  const audit: AuditLog = { ...record, append: (kind, data) => record.append(kind, redactor.json(data)) }
  const announcer = createAnnouncer(request, facts, ports)
  await using folders = await ports.folders.create(request.id, attempt.number)
  const job: Job = { request, attempt, ports, audit, folders, facts, redactor, announce: announcer.announce }
  audit.append('job', { request, attempt: attempt.number })
  try {
    return await work(job, announcer.settle)
  } finally {
    await announcer.settle()
    await audit.seal()
  }
}
