import { listAt, textAt, valueAt } from '../../../change/read-value.ts'
import { whenEntriesChange } from '../../match/when-entries-change.ts'
import type { Rule } from '../../rule.ts'
import {
  allTriggers,
  idleConditions,
  ownRunners,
  permissions,
  secretsUsed,
  strangersTriggers,
  unknownEnvironments,
  unpinned,
  unsecureCommands,
  weakConditions,
} from './workflow-grants.ts'
import { givenText } from './workflow-texts.ts'

const workflows = ['.github/workflows/*.{yml,yaml}']
const actions = ['**/action.{yml,yaml}']

/** What a change to a workflow gives it that it did not have: said beside the rule that holds every such change. */
export const workflowRules: readonly Rule[] = [
  {
    id: 'workflow-strangers-trigger',
    severity: 'hold',
    paths: workflows,
    when: "Anyone could start it, with the base repository's secrets and token.",
    mend: 'Use `pull_request` or `push`, or let a maintainer make this change.',
    match: whenEntriesChange('yaml', strangersTriggers),
  },
  {
    id: 'workflow-trigger',
    severity: 'hold',
    paths: workflows,
    when: 'The workflow would run at other times than before.',
    mend: 'Have a person look at it.',
    // A new workflow has nothing but new triggers.
    match: (file, change) => (file.before === null ? [] : whenEntriesChange('yaml', allTriggers)(file, change)),
  },
  {
    id: 'workflow-permissions',
    severity: 'hold',
    paths: workflows,
    when: "From the next run on the workflow's token could do that, for every action and script in it.",
    mend: 'Grant each job the least that it needs, `contents: read` where it only reads.',
    match: whenEntriesChange('yaml', permissions),
  },
  {
    id: 'workflow-secret',
    severity: 'hold',
    paths: workflows,
    when: 'From the next run on that job would be given the secret.',
    mend: 'Have a person look at what the job does with it.',
    match: whenEntriesChange('yaml', secretsUsed),
  },
  {
    id: 'workflow-unpinned-action',
    severity: 'hold',
    paths: [...workflows, ...actions],
    when: 'Whoever owns it can put other code behind that name at any time; it would run on the next event.',
    mend: 'Name the full SHA of a commit, with the version in a comment.',
    match: whenEntriesChange('yaml', unpinned),
  },
  {
    id: 'dependabot-execution',
    severity: 'hold',
    paths: ['.github/dependabot.{yml,yaml}'],
    when: "Dependabot would run code of the packages that it looks at, beside the tokens of the repository's registries.",
    mend: 'Take `insecure-external-code-execution` out.',
    match: whenEntriesChange('yaml', function* (document) {
      for (const update of listAt(document, 'updates')) {
        const value = valueAt(update, 'insecure-external-code-execution')
        if (value === 'allow')
          yield [`${textAt(update, 'package-ecosystem') ?? '?'} insecure-external-code-execution`, value]
      }
    }),
  },
  {
    id: 'workflow-own-runner',
    severity: 'hold',
    paths: workflows,
    when: "It would run on the organisation's own machine, which keeps what a job leaves there.",
    mend: 'Use a runner of GitHub, or let a maintainer make this change.',
    match: whenEntriesChange('yaml', ownRunners),
  },
  {
    id: 'workflow-weak-condition',
    severity: 'hold',
    paths: [...workflows, ...actions],
    when: 'An outsider can meet it: who acted last is not whose code it is, and a part of a text is not the text.',
    mend: 'Ask for `github.event.pull_request.user.login`, or compare whole values.',
    match: whenEntriesChange('yaml', weakConditions),
  },
  {
    id: 'workflow-unsecure-commands',
    severity: 'hold',
    paths: [...workflows, ...actions],
    when: 'Whatever a step prints could then set variables and paths for the steps after it.',
    mend: 'Write to `$GITHUB_ENV` and `$GITHUB_OUTPUT` instead.',
    match: whenEntriesChange('yaml', unsecureCommands),
  },
  {
    id: 'workflow-given-text',
    severity: 'hold',
    paths: [...workflows, ...actions],
    when: 'Whoever starts it, calls it or names the branch would write a part of the script.',
    mend: 'Pass it through `env:` and quote the variable.',
    match: whenEntriesChange('yaml', givenText),
  },
  {
    id: 'workflow-idle-condition',
    severity: 'hold',
    paths: [...workflows, ...actions],
    when: 'GitHub would take it for true whatever it says, because there is text around the expression.',
    mend: 'Put the whole condition into one pair of braces, with no line end behind it, or leave the braces out.',
    match: whenEntriesChange('yaml', idleConditions),
  },
  {
    id: 'workflow-unknown-environment',
    severity: 'hold',
    paths: workflows,
    when: "On a stranger's event it would set variables and paths for the steps after it, to what only the run knows.",
    mend: 'Write to `$GITHUB_OUTPUT`, and name what a later step needs.',
    match: whenEntriesChange('yaml', unknownEnvironments),
  },
]
