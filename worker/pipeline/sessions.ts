import type { Job } from './job.ts'
import { joinSessions } from './session-text.ts'

/** Before the agent begins: what others did for the pull request that the job goes on with. */
export async function readEarlierSessions({ ports, request, facts }: Job): Promise<void> {
  if (ports.sessions === null || request.continues === undefined) return
  facts.earlierSessions = (await ports.sessions.read(request, request.continues.pullRequest)) ?? ''
}

/** Once there is a pull request. A job that is taken up after its worker died there has no session any more. */
export async function keepSession({ ports, request, facts }: Job, pullRequest: number): Promise<void> {
  if (ports.sessions === null || facts.session === '') return
  const isSame = request.continues?.pullRequest === pullRequest
  const whole = isSame ? joinSessions(facts.earlierSessions, facts.session) : facts.session
  await ports.sessions.keep(request, pullRequest, whole)
}
