import { createHash, randomBytes } from 'node:crypto'
import {
  type JobRequest,
  jobRequestSchema,
  triggerEventSchema,
  type WrittenEvent,
} from '../../worker/contract/index.ts'

const repository = { id: 7, owner: 'octo', name: 'hello', private: true, defaultBranch: 'main' }

/** As long as the app makes them: BullMQ takes no id that reads as a number, which a shorter one may. */
export function newJobId(): string {
  return randomBytes(12).toString('hex')
}

export function jobRequest(text = 'Fix it.', id = newJobId()): JobRequest {
  return jobRequestSchema.parse({
    version: 1,
    id,
    installationId: 11,
    repository,
    actor: { id: 5, login: 'ada' },
    subject: { kind: 'issue', number: 3, title: 'It is broken' },
    trigger: {
      kind: 'label',
      deliveryId: `delivery-${id}`,
      eventKey: `event-${id}`,
      commentId: null,
      receivedAt: '2026-11-20T12:00:00Z',
    },
    task: { text, digest: createHash('sha256').update(text).digest('hex') },
    base: { ref: 'main', sha: 'a'.repeat(40) },
    policy: {
      agent: 'claude',
      image: 'host',
      isolation: 'process',
      setup: { run: [], secrets: [], network: [] },
      network: [],
      limits: {
        wallMs: 60_000,
        memoryBytes: 1e9,
        cpus: 1,
        pids: 100,
        diskBytes: 1e9,
        outputBytes: 1e6,
        costUsd: 1,
      },
      gates: { licenses: {}, protected: [] },
      triggers: { label: 'airlock', command: '/airlock', permission: 'write' },
      handoff: { draft: true, ci: 'run' },
    },
    policyDigest: 'b'.repeat(64),
    agent: 'claude',
  })
}

export function labelEvent(eventKey: string, deliveryId: string): WrittenEvent {
  return triggerEventSchema.parse({
    version: 1,
    kind: 'label',
    deliveryId,
    eventKey,
    installationId: 11,
    repository,
    sender: { id: 5, login: 'ada', type: 'User' },
    subject: { kind: 'issue', number: 3, title: 'It is broken', body: 'Fix it.' },
    label: 'airlock',
    occurredAt: '2026-11-20T12:00:00Z',
    receivedAt: '2026-11-20T12:00:00Z',
  })
}
