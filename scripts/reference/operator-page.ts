import { reasonTexts } from '../../app/replies/reason-texts.ts'
import { exitStatuses } from '../../cli/exit-status.ts'
import { type SettingFacts, settingsTable } from '../../cli/settings/settings-schema.ts'
import { outcomeNames, reasons } from '../../worker/contract/index.ts'
import { code, formatList, formatTable, joinSections, paragraph } from './markdown.ts'
import { operatorPolicySection } from './operator-policy-section.ts'

export function operatorPage(): string {
  return joinSections([
    '# Operator reference',
    paragraph('Written by `npm run docs` from the code. Do not edit this page. How to run it: [running](running.md).'),
    '## Settings',
    paragraph(
      'Environment variables, read once when a command starts. An empty variable counts as unset. All that is wrong ' +
        'is listed at once, and the command ends with 2. The value of a secret is never printed. A name that begins ' +
        'with `AIRLOCK_` and is not in this table is refused.',
    ),
    formatTable(['name', 'what it is', 'default', 'example', 'secret'], Object.entries(settingsTable).map(settingRow)),
    ...operatorPolicySection(),
    '## Exit statuses',
    paragraph('Of `airlock run`, by outcome. Wrong usage and wrong settings are 2, whatever the command.'),
    formatTable(
      ['outcome', 'status'],
      outcomeNames.map((outcome) => [code(outcome), String(exitStatuses[outcome])]),
    ),
    '## Outcomes and reasons',
    paragraph(
      'Each job ends with one outcome and one reason. This is what the person who asked reads: what happened, and ' +
        'what to do next.',
    ),
    ...outcomeNames.flatMap((outcome) => [`### ${outcome}`, formatList(reasons[outcome].map(reasonItem))]),
  ])
}

function settingRow([name, { facts }]: readonly [string, { readonly facts: SettingFacts }]): string[] {
  const fallback = facts.default === undefined ? '–' : code(facts.default)
  return [code(name), facts.description, fallback, code(facts.example), facts.secret === true ? 'yes' : 'no']
}

function reasonItem(reason: keyof typeof reasonTexts): string {
  const { what, next } = reasonTexts[reason]
  return `${code(reason)}: ${what} *Next:* ${next}`
}
