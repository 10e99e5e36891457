import { setFailed } from '@actions/core'
import { handedOverSummary, runSummary } from '../app/replies/run-summary.ts'
import { sealHandover } from '../worker/handover/seal-handover.ts'
import { writeHandover } from '../worker/handover/write-handover.ts'
import { workJob } from '../worker/pipeline/work-job.ts'
import { groupSteps, tellsNobody } from './console/group-steps.ts'
import { tellRun } from './console/tell-end.ts'
import { writeReport } from './console/write-report.ts'
import { createSentPorts } from './create-ports.ts'
import { readJson } from './intake/read-event.ts'
import { readSent } from './intake/read-sent.ts'
import { attemptOf, maskSecrets, prepareFolders, type RunDeps } from './open-run.ts'

/**
 * A job that the App sent here: from `prepare` to `gate`, with a token that reads contents and nothing else. What it
 * hands over is sealed for the App, which takes it from the run, builds it anew, judges and publishes it.
 */
export async function sentJob({ inputs, log, signal }: RunDeps): Promise<number> {
  maskSecrets(inputs)
  const { runner } = inputs
  const sent = readSent(await readJson(runner.eventPath), runner, inputs.app)
  if (!sent.ok) {
    setFailed(`airlock: nothing was started: ${sent.why}`)
    return 1
  }
  using reporter = groupSteps(tellsNobody)
  const ports = await createSentPorts({ inputs, folders: await prepareFolders(inputs), reporter, log })
  const worked = await workJob(sent.request, attemptOf(inputs, signal), ports, { handsOverHeld: true })
  await writeHandover(inputs.handoverDir, sent.request, worked, runner)
  await sealHandover(inputs.handoverDir, sent.seal)
  await writeReport(inputs.reportDir, worked)
  reporter[Symbol.dispose]()
  const page = worked.changeSet === null ? runSummary : handedOverSummary
  await tellRun(worked.summary, page(worked.summary, sent.request.policy))
  return 0
}
