import { defaultPolicy } from '../../../app/repo-policy/default-policy.ts'
import { freezeRequest } from '../../../app/triggers/freeze-request.ts'
import type { JobRequest, JobSummary, LimitPosture, Outcome } from '../../../worker/contract/index.ts'
import { labelEvent } from '../triggers/make-event.ts'

/** A request and a summary in which every text that is not ours is `foreign`. */
export function makeRequest(foreign = 'Sum is off by one', changes: Partial<JobRequest> = {}): JobRequest {
  const subject = { kind: 'issue', number: 7, title: foreign.slice(0, 1024), body: foreign.slice(0, 130_000) } as const
  const request = freezeRequest(labelEvent({ subject }), {
    task: null,
    agent: null,
    base: { ref: foreign.slice(0, 255), sha: 'a'.repeat(40) },
    instructionsSha: 'a'.repeat(40),
    private: true,
    defaultBranch: 'main',
    policy: defaultPolicy,
  })
  return { ...request, ...changes }
}

const rlimit: LimitPosture = { level: 'complete', by: 'rlimit' }

export function makeSummary(outcome: Outcome, foreign = 'all well', count = 1): JobSummary {
  const many = <T>(item: T): T[] => Array.from({ length: count }, () => item)
  const finding = {
    gate: 'secrets',
    rule: 'known-value',
    severity: 'block',
    path: foreign.slice(0, 4096),
    line: 3,
    message: foreign.slice(0, 2000),
  } as const
  return {
    outcome: { ...outcome, detail: foreign.slice(0, 2000) },
    gates: [{ gate: 'secrets', verdict: 'block', findings: many(finding) }],
    agentSummary: foreign,
    changedFiles: many({ path: foreign, added: 1, removed: 2 }),
    notes: many(foreign),
    pullRequestUrl: null,
    setup: {
      plan: {
        source: 'devcontainer',
        commands: many({ line: foreign, from: foreign }),
        env: { [foreign.slice(0, 20)]: foreign },
        network: many(foreign),
        notDone: many({ what: foreign, why: foreign }),
        inputs: { kind: 'tree', why: foreign },
      },
      snapshot: 'miss',
      why: foreign,
    },
    recordHead: 'd'.repeat(64),
    lastOutput: foreign,
    report: {
      id: 'job1234567',
      outcome: outcome.outcome,
      reason: outcome.reason,
      branch: null,
      baseSha: 'a'.repeat(40),
      commit: null,
      pullRequest: null,
      findings: [],
      posture: {
        isolation: 'process',
        engine: 'bubblewrap',
        versions: { bwrap: '0.8.0' },
        network: 'none',
        dns: 'none',
        hostReads: 'listed',
        credentials: 'none',
        limits: {
          memory: rlimit,
          cpu: rlimit,
          pids: rlimit,
          disk: rlimit,
          files: rlimit,
          wall: rlimit,
          output: rlimit,
        },
        audit: { exec: 'complete', connect: 'complete', files: 'none' },
        degraded: many(foreign),
        digest: 'd'.repeat(64),
      },
      acceptedWeaker: {
        asked: 'gvisor',
        ran: 'process',
        isolation: 'process',
        reason: foreign.slice(0, 500),
        digest: 'c'.repeat(64),
      },
      egress: { allowed: [], denied: many({ host: foreign, port: 443, phase: 'setup', command: foreign, count: 3 }) },
      network: [
        {
          ...{ phase: 'agent', allowed: 0, model: 3, denied: 2, bytesOut: 0, bytesIn: 0 },
          devices: [{ name: 'lo', rxBytes: 900, rxPackets: 9, txBytes: 900, txPackets: 9 }],
        },
      ],
      usage: { requests: 3, inputTokens: 1200, outputTokens: 80, costUsd: 0.012 },
      durations: { prepare: 120, clone: 4210, agent: 185_000 },
      audit: '/somewhere/on/the/host',
    },
  }
}
