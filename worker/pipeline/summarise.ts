import type { JobReport, JobSummary, Outcome } from '../contract/index.ts'
import { evaluateEgress } from './evaluate-egress.ts'
import type { Job } from './job.ts'
import { evaluateNetwork } from './network-proof.ts'

/** All that is known of a job at this moment, in the words of the contract. */
export function summarise(job: Job, outcome: Outcome): JobSummary {
  const { facts } = job
  return {
    report: reportOf(job, outcome),
    outcome,
    gates: facts.gates.map((gate) => ({ ...gate })),
    agentSummary: facts.agentSummary,
    changedFiles: facts.changedFiles,
    notes: facts.notes,
    setup: facts.setup,
    pullRequestUrl: facts.pullRequestUrl,
    recordHead: job.audit.head(),
    lastOutput: facts.lastOutput,
    ...(facts.offeredAt === null ? {} : { offeredAt: facts.offeredAt }),
    ...(facts.held === null ? {} : { held: facts.held }),
    ...(facts.blocked === null ? {} : { blocked: facts.blocked }),
    ...(facts.quarantine === null ? {} : { quarantine: facts.quarantine }),
  }
}

function reportOf(job: Job, outcome: Outcome): JobReport {
  const { facts, request, audit } = job
  return {
    id: request.id,
    outcome: outcome.outcome,
    reason: outcome.reason,
    branch: facts.branch,
    baseSha: request.base.sha,
    commit: facts.commit,
    pullRequest: facts.pullRequest === null ? null : { ...facts.pullRequest },
    findings: facts.gates.flatMap((gate) => gate.findings),
    posture: facts.posture,
    ...(facts.acceptedWeaker === undefined ? {} : { acceptedWeaker: facts.acceptedWeaker }),
    egress: facts.earlier?.egress ?? evaluateEgress(facts.decisions, facts.processes),
    network: facts.earlier?.network ?? evaluateNetwork(facts.networks, facts.decisions),
    usage: facts.usage,
    durations: { ...facts.durations },
    audit: audit.path,
  }
}
