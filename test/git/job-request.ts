import { type JobRequest, jobRequestSchema } from '../../worker/contract/index.ts'
import { plainPolicy } from '../fixtures/plain-policy.ts'

/** A request of which only the repository, the id and the base matter here. */
export function makeRequest(base: JobRequest['base'], repositoryId = 7): JobRequest {
  return jobRequestSchema.parse({
    version: 1,
    id: 'job0000000001',
    installationId: null,
    repository: { id: repositoryId, owner: 'acme', name: 'widgets', private: true, defaultBranch: 'main' },
    actor: { id: 1, login: 'dev' },
    subject: null,
    trigger: {
      kind: 'local',
      deliveryId: 'd',
      eventKey: 'e',
      commentId: null,
      receivedAt: '2026-11-20T12:00:00Z',
    },
    task: { text: 'mend it', digest: 'a'.repeat(64) },
    base,
    policy: plainPolicy,
    policyDigest: 'a'.repeat(64),
    agent: 'command',
  })
}
