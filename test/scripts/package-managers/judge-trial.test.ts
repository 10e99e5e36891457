import { describe, expect, it } from 'vitest'
import { judgeTrial, type TrialEnd } from '../../../scripts/package-managers/judge-trial.ts'
import { greeting } from '../../../scripts/package-managers/trial.ts'

const job: TrialEnd = {
  end: 'published/branch-created',
  commands: ['npm ci'],
  notDone: [],
  said: `${greeting}\n`,
  lastOutput: '',
  asked: [{ path: '/acme-tools', status: 200 }],
}
const control: TrialEnd = {
  ...job,
  end: 'failed/setup-failed',
  said: null,
  asked: [{ path: '/acme-tools', status: 401 }],
}

describe('what the table says of a package manager', () => {
  it.each([
    ['installed', {}, {}],
    ['not planned: `uv sync`: the image has no uv', { commands: [], notDone: ['`uv sync`: the image has no uv'] }, {}],
    ['failed: failed/setup-failed: no peer', { end: 'failed/setup-failed', said: null, lastOutput: 'no peer\n' }, {}],
    ['failed: not usable offline: no such module', { said: '', lastOutput: 'no such module\n' }, {}],
    ['no proof: the registry gave nothing', { asked: [] }, {}],
    ['no proof: the control was not refused', {}, { asked: [] }],
    ['no proof: the control was not refused', {}, { asked: job.asked }],
    ['no proof: the control was not refused', {}, { said: greeting }],
  ])('is %j for %j beside %j', (said, jobPart, controlPart) => {
    expect(judgeTrial({ ...job, ...jobPart }, { ...control, ...controlPart })).toBe(said)
  })
})
