import type { ChangedFile } from '../../../change/view-change.ts'
import { whenChanged } from '../../match/when-changed.ts'
import { whenLinesAdded } from '../../match/when-lines-added.ts'
import type { Rule } from '../../rule.ts'
import { saysTheSame } from '../builds/same-build.ts'

const configuration = ['**/*.{tf,tofu,hcl}', '**/*.{tf,tofu}.json']
const starts = /\bprovisioner\b.{0,5}\b(?:local|remote)-exec\b|\bdata\b.{0,5}\bexternal\b|_hook\b|\brun_cmd\s{0,5}\(/
const command = /^\s{0,40}"?(?:command|program|interpreter|inline|script|scripts|execute)"?\s{0,20}[:=]/
const source = /(?:^|[\s{,])"?source"?\s{0,20}[:=]\s{0,5}"([^"]{1,300})"/

/** Terraform, OpenTofu and Terragrunt: what they start on a plan, and where they take providers and modules from. */
export const terraformRules: readonly Rule[] = [
  {
    id: 'terraform-settings',
    severity: 'block',
    paths: ['**/{.terraformrc,terraform.rc,.tofurc,tofu.rc}'],
    when: 'Terraform would obey it on its next command: programs in place of providers, mirrors, helpers for credentials.',
    mend: 'Take it out; people who want it set it for themselves.',
    match: (file, change) => (saysTheSame(file) ? [] : whenChanged()(file, change)),
  },
  {
    id: 'terraform-program',
    severity: 'hold',
    paths: configuration,
    when: 'It would run on `terraform plan` or `apply`, beside the credentials of the cloud.',
    mend: 'Have a person look at it.',
    match: whenLinesAdded(
      'This line starts a program, or says what it does.',
      ({ text }, file) => starts.test(text) || (command.test(text) && startsPrograms(file)),
    ),
  },
  {
    id: 'dependency-source',
    severity: 'hold',
    paths: configuration,
    when: 'The next `terraform init` would fetch that provider or module, and the next plan would run it.',
    mend: 'Have a person look at it: is it the one that was meant, and is it needed?',
    match: whenLinesAdded('This line names a source that the file did not.', ({ text }, { before }) => {
      const name = source.exec(text)?.[1]
      return name !== undefined && !/^\.\.?\//.test(name) && before?.text?.includes(`"${name}"`) !== true
    }),
  },
]

function startsPrograms({ after }: ChangedFile): boolean {
  return after?.lines.some((line) => starts.test(line)) === true
}
