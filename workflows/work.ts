import { setOutput } from '@actions/core'
import { handedOverSummary, runSummary } from '../app/replies/run-summary.ts'
import { writeHandover } from '../worker/handover/write-handover.ts'
import { workJob } from '../worker/pipeline/work-job.ts'
import { groupSteps, tellsNobody } from './console/group-steps.ts'
import { tellRun } from './console/tell-end.ts'
import { writeReport } from './console/write-report.ts'
import { createWorkPorts } from './create-ports.ts'
import { attemptOf, openRun, type RunDeps, withNote } from './open-run.ts'

/**
 * The job that works: from `prepare` to `gate`, with a token that reads contents and nothing else. It leaves a folder to
 * be handed over, and says the digest of its manifest; `answer`, where all that is left is to answer; `nothing`, where
 * nobody asked for anything.
 */
export async function work(deps: RunDeps): Promise<number> {
  const { inputs, signal } = deps
  const run = await openRun(deps, { answers: false })
  const request = run?.taken.request ?? null
  if (run === null || request === null) {
    setOutput('handover', run === null ? 'nothing' : 'answer')
    return 0
  }
  using reporter = groupSteps(tellsNobody)
  const ports = await createWorkPorts({ ...run, reporter })
  const worked = await workJob(request, attemptOf(inputs, signal), ports, { handsOverHeld: false })
  const digest = await writeHandover(inputs.handoverDir, request, worked, inputs.runner)
  await writeReport(inputs.reportDir, worked)
  reporter[Symbol.dispose]()
  const page = worked.changeSet === null ? runSummary : handedOverSummary
  await tellRun(worked.summary, page(withNote(worked.summary, run), request.policy))
  setOutput('handover', digest)
  return 0
}
