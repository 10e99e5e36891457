import { expect, it } from 'vitest'
import { describePlan } from '../../../cli/run/describe-plan.ts'
import type { SetupPlan } from '../../../worker/contract/index.ts'

const plan: SetupPlan = {
  source: 'policy',
  commands: [{ line: 'npm ci', from: 'setup.run of the policy' }],
  env: {},
  network: ['npm', { host: 'npm.example.com', credential: { secret: 'NPM_TOKEN' } }],
  notDone: [],
  inputs: { kind: 'files', paths: ['package-lock.json'] },
}

it('names hosts of rules beside presets', () => {
  expect(describePlan(plan).split('\n')).toContain('network  npm, npm.example.com:443')
})

it('lets nothing that a repository wrote steer the terminal', () => {
  const hostile = { ...plan, commands: [{ line: 'echo \u001b[2J\u0007', from: 'package-lock.json' }] }

  expect(describePlan(hostile)).not.toMatch(/[\u0007\u001b]/)
})
