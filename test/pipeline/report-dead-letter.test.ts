import { describe, expect, it, vi } from 'vitest'
import { type DeathNote, reportDeadLetter } from '../../worker/pipeline/report-dead-letter.ts'
import { jobRequest } from '../queue/job-request.ts'

const failed = (error: string, code: string): DeathNote => ({ reason: 'failed', error, code })

describe('a job that was given up', () => {
  it.each([
    ['GitHub was away each time', failed('HandoffError', 'unavailable'), 'failed', 'github-unavailable'],
    ['GitHub limited us each time', failed('HandoffError', 'rate-limited'), 'failed', 'github-unavailable'],
    ['the clone failed each time', failed('SourceError', 'unavailable'), 'failed', 'github-unavailable'],
    ['the policy could not be read', failed('GitHubError', 'unavailable'), 'failed', 'github-unavailable'],
    ['its agent could not be installed', failed('AgentInstallError', 'npm-failed'), 'refused', 'agent-unavailable'],
    ["this host's broker did not start", failed('BrokerError', 'unavailable'), 'failed', 'internal-error'],
    ['of a bug', failed('TypeError', 'TypeError'), 'failed', 'internal-error'],
    ['its worker died each time', { reason: 'crashed', error: '', code: 'crashed' }, 'failed', 'attempts-exhausted'],
  ] as const)('because %s is told so', async (_why, note, outcome, reason) => {
    const finished = vi.fn(async () => undefined)
    const request = jobRequest('Fix it.')

    await reportDeadLetter(request, note, { finished, progress: async () => undefined })

    const told = expect.objectContaining({ outcome: expect.objectContaining({ outcome, reason }) })
    expect(finished).toHaveBeenCalledExactlyOnceWith(request, told, null)
  })
})
