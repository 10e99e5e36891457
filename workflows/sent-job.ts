import { setFailed } from '@actions/core'
import { handedOverSummary, runSummary } from '../app/replies/run-summary.ts'
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
 * hands over the App takes from the run, builds anew, judges and publishes.
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
  const worked = await workJob(sent.request, attemptOf(inputs, signal), ports)
  await writeHandover(inputs.handoverDir, sent.request, worked, runner)
  await writeReport(inputs.reportDir, worked)
  reporter[Symbol.dispose]()
  const page = worked.changeSet === null ? runSummary : handedOverSummary
  await tellRun(worked.summary, page(worked.summary))
  return 0
}
