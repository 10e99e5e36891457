import { type JobRequest, jobRequestSchema } from '../../worker/contract/index.ts'

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
    policy: {
      agent: 'command',
      command: ['true'],
      image: 'host',
      isolation: 'process',
      setup: { run: [], secrets: [], network: [] },
      network: [],
      limits: {
        wallMs: 1000,
        memoryBytes: 1,
        cpus: 1,
        pids: 1,
        diskBytes: 1,
        outputBytes: 1,
        costUsd: 1,
      },
      gates: { licenses: {}, protected: [] },
      triggers: { label: 'airlock', command: '/airlock', permission: 'write' },
      handoff: { draft: true, ci: 'run' },
    },
    policyDigest: 'a'.repeat(64),
    agent: 'command',
  })
}
