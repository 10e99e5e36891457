import type { Outcome } from '../contract/index.ts'
import {
  AgentInstallError,
  BrokerError,
  FenceLostError,
  HandoffError,
  SandboxError,
  SnapshotError,
  SourceError,
} from './ports/index.ts'

/** This attempt lost the right to act: its worker is stopping, or another attempt holds the job. */
export class AttemptAbortedError extends Error {
  override readonly name = 'AttemptAbortedError'
  /** Another attempt follows, or is already running. */
  readonly retryable = true

  constructor(reason: unknown) {
    super(`attempt aborted: ${String(reason)}`)
  }
}

/**
 * What an adapter's failure means for the job. Throws the error again where another attempt may help, where the
 * attempt has no right left to report, and where the failure is a bug of ours: that one the queue gives up at once.
 */
export function outcomeOfError(error: unknown, final: boolean): Outcome {
  if (error instanceof FenceLostError) throw error
  const outcome = knownOutcome(error)
  if (outcome !== null && !isRetryable(error)) return outcome
  if (!final) throw error
  return outcome ?? { outcome: 'failed', reason: 'internal-error', detail: nameOf(error) }
}

/** Every adapter's error says of itself whether another try may help. */
export function isRetryable(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === true
}

function knownOutcome(error: unknown): Outcome | null {
  if (error instanceof AgentInstallError) {
    return { outcome: 'refused', reason: 'agent-unavailable', detail: error.message }
  }
  if (error instanceof BrokerError) return brokerOutcome(error)
  if (error instanceof SourceError) return sourceOutcome(error)
  if (error instanceof SandboxError) return sandboxOutcome(error)
  if (error instanceof SnapshotError) return { outcome: 'failed', reason: 'internal-error', detail: error.message }
  if (error instanceof HandoffError) return handoffOutcome(error)
  return null
}

function brokerOutcome(error: BrokerError): Outcome {
  const detail = error.message.slice(0, 2000)
  if (error.code === 'policy-invalid') return { outcome: 'refused', reason: 'policy-invalid', detail }
  return { outcome: 'failed', reason: 'internal-error', detail }
}

function sourceOutcome(error: SourceError): Outcome {
  const detail = error.message.slice(0, 2000)
  switch (error.code) {
    case 'unavailable':
      return { outcome: 'failed', reason: 'github-unavailable', detail }
    case 'denied':
      return { outcome: 'refused', reason: 'repository-unavailable', detail }
    case 'base-missing':
      return { outcome: 'refused', reason: 'base-missing', detail }
    case 'base-moved':
      return { outcome: 'refused', reason: 'base-moved', detail }
    case 'repository-empty':
      return { outcome: 'refused', reason: 'repository-empty', detail }
    case 'submodules':
      return { outcome: 'refused', reason: 'submodules-unsupported', detail }
    case 'too-large':
      return { outcome: 'refused', reason: 'repository-too-large', detail }
    case 'unmergeable':
      return { outcome: 'failed', reason: 'merge-failed', detail }
    case 'git-too-old':
      return { outcome: 'failed', reason: 'internal-error', detail }
  }
}

function sandboxOutcome(error: SandboxError): Outcome {
  const detail = error.message.slice(0, 2000)
  if (error.code === 'start-failed' || error.code === 'not-destroyed') {
    return { outcome: 'failed', reason: 'internal-error', detail }
  }
  return { outcome: 'refused', reason: 'isolation-unavailable', detail }
}

function handoffOutcome(error: HandoffError): Outcome {
  const detail = error.message.slice(0, 2000)
  switch (error.code) {
    case 'branch-taken':
      return { outcome: 'failed', reason: 'branch-taken', detail }
    case 'denied':
    case 'suspended':
      return { outcome: 'refused', reason: 'repository-unavailable', detail }
    case 'archived':
      return { outcome: 'refused', reason: 'repository-archived', detail }
    case 'fence-lost':
      return { outcome: 'failed', reason: 'lease-lost', detail }
    case 'unavailable':
    case 'rate-limited':
    case 'rejected':
      return { outcome: 'failed', reason: 'github-unavailable', detail }
  }
}

/** A bug's message may quote what it worked on; its kind is enough for a person, the log has the rest. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
