import { afterAll, beforeAll, expect, it } from 'vitest'
import { judgeTrial } from '../../../scripts/package-managers/judge-trial.ts'
import { runTrial } from '../../../scripts/package-managers/run-trial.ts'
import { javascriptTrials } from '../../../scripts/package-managers/trials/javascript.ts'
import { type LocalAirlock, startLocalAirlock } from '../../invariants/local-airlock.ts'

let airlock: LocalAirlock
beforeAll(async () => {
  airlock = await startLocalAirlock()
})
afterAll(() => airlock?.[Symbol.asyncDispose]())

it('npm installs what its lockfile names with the credential, and is refused by the registry without', async () => {
  const [npm] = await javascriptTrials(true)
  if (npm === undefined) throw new Error('there is no trial of npm')

  const job = await runTrial(airlock, npm, { image: 'host', credential: true })
  const control = await runTrial(airlock, npm, { image: 'host', credential: false })

  expect(judgeTrial(job, control)).toBe('installed')
  expect(job.commands).toEqual(['npm ci'])
  expect(control).toMatchObject({ end: 'failed/setup-failed', said: null })
  expect(control.asked.map(({ status }) => status)).toContain(401)
  // Two runs with the credential: a judge that took that for a control would see nothing.
  expect(judgeTrial(job, job)).toBe('no proof: the control was not refused')
})
