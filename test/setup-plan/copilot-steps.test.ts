import { describe, expect, it } from 'vitest'
import { copilotSteps } from '../../worker/setup-plan/sources/copilot-steps.ts'
import { linesOf, plan } from './make-view.ts'

const workflow = (steps: string, more = '') => `on: workflow_dispatch
jobs:
  copilot-setup-steps:
    runs-on: ubuntu-latest
${more}    steps:
${steps}`

const of = (steps: string, more = '') => plan({ [copilotSteps]: workflow(steps, more), 'package.json': '{}' })

describe('setup steps for a coding agent', () => {
  it('are their `run` steps; those that use an action are named', () => {
    const made = of(
      [
        '      - uses: actions/checkout@v5',
        '      - run: npm ci',
        '      - run: |\n          echo "one"\n          make deps',
        '        working-directory: sub folder',
        '        shell: sh',
        '        env: { MODE: it is }',
      ].join('\n'),
      '    env: { ALL: "1" }\n',
    )

    expect(linesOf(made)).toEqual([
      `bash -e -c 'npm ci'`,
      `cd 'sub folder' && MODE='it is' sh -e -c 'echo "one"\nmake deps'`,
    ])
    expect(made).toMatchObject({ source: 'copilot-setup-steps', env: { ALL: '1' } })
    expect(made.notDone).toEqual([
      { what: `step 1 of ${copilotSteps}: actions/checkout@v5`, why: 'actions are not run, only `run` steps' },
    ])
  })

  it.each([
    ['a secret of GitHub’s in a script', `run: echo $${'{{ secrets.TOKEN }}'}`, 'expression'],
    ['an expression in a variable', `run: echo\n        env: { A: "$${'{{ github.token }}'}" }`, 'expression'],
    ['a condition', 'run: echo\n        if: always()', 'condition'],
    ['another shell', 'run: echo\n        shell: pwsh', 'shell'],
    ['nothing', 'name: nothing', 'nothing to run'],
  ])('leave out a step with %s', (_, step, why) => {
    const made = of(`      - run: "true"\n      - ${step}`)

    expect(linesOf(made)).toEqual([`bash -e -c true`])
    expect(made.notDone[0]?.why).toContain(why)
  })

  it('come before a dev container and lockfiles', () => {
    const made = plan({
      [copilotSteps]: workflow('      - run: make deps'),
      '.devcontainer.json': '{"postCreateCommand":"true"}',
      'package.json': '{}',
      'package-lock.json': '{}',
    })

    expect(linesOf(made)).toEqual([`bash -e -c 'make deps'`])
    expect(made.network).toEqual(['npm'])
  })

  it.each([
    ['{'],
    ['jobs: { other: { steps: [] } }'],
    ['jobs: { copilot-setup-steps: { steps: 7 } }'],
    [`a: &a [x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(60)}]\njobs: [${'*b,'.repeat(60)}]`],
  ])('that cannot be read are said, and passed over: %s', (text) => {
    expect(plan({ [copilotSteps]: text })).toMatchObject({ source: 'nothing', notDone: [{ what: copilotSteps }] })
  })
})
