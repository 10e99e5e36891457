import { defaultPolicy } from '../../app/repo-policy/default-policy.ts'
import { policyFileOf } from '../../app/repo-policy/policy-file-of.ts'
import { networkRuleJsonSchema, policyJsonSchema } from '../../app/repo-policy/policy-json-schema.ts'
import { exampleOrganisation } from './example-organisation.ts'
import { examplePolicy } from './example-policy.ts'
import { exampleRules } from './example-rules.ts'
import { levelRules, ruleOfKey } from './level-rules.ts'
import { code, formatList, formatTable, joinSections, paragraph } from './markdown.ts'
import { type PolicyKey, policyKeys } from './policy-keys.ts'

export function policyPage(): string {
  return joinSections([
    '# Policy reference: airlock.yml',
    paragraph('Written by `npm run docs` from the schema. Do not edit this page.'),
    paragraph(
      'A repository keeps its policy in `.github/airlock.yml`, an organisation in `airlock.yml` of its `.github` ' +
        'or, where that has none, its `.github-private` repository; the App has to be installed on a private one, or the ' +
        'file is not seen. Only the ' +
        'default branch counts. Everything is optional, and an empty file is a good policy. ' +
        'Editors can use [airlock.schema.json](airlock.schema.json). What holds for a repository, and which file and ' +
        'line each value is from, `/airlock why` shows on an issue, and `airlock policy explain` for a repository or a ' +
        'folder. A pull request that changes one of these files is told [what it would ' +
        'change](architecture.md#changes-to-a-policy).',
    ),
    `\`\`\`yaml\n${examplePolicy}\n\`\`\``,
    '## Keys',
    formatTable(
      ['key', 'type', 'default', 'what it means', 'levels'],
      policyKeys(policyJsonSchema())
        .filter(({ path }) => !isOfRule(path))
        .map(rowOf),
    ),
    formatList([
      'A size is a whole number and `k`, `m`, `g` or `t`, in powers of 1024: `512m`, `4g`.',
      'An entry of a `network` list is a preset (`npm`, `pypi`, `crates`, `go`, `rubygems`, `maven`, `gradle`, ' +
        '`packagist`, `debian`, `github`) or a domain: `example.com`, `*.example.com`, `example.com:8443`. Without a port, 443 and 80 are ' +
        'meant. URLs, addresses and wildcards over a public suffix such as `*.com` are refused. Or it is a rule: ' +
        '[rules for hosts](#rules-for-hosts).',
      'Which version of each agent runs, what it is told and how it is kept from obeying a repository: ' +
        '[agents](agents.md). Which models it may ask: [models](models.md).',
      'A profile sets network and limits together. `strict`: no network in either phase but the model, 2 cpus, 4 GiB. ' +
        '`moderate`: the hosts that are listed, 4 cpus, 8 GiB. `permissive`: any public host in both phases, unless ' +
        'lists narrow it, 8 cpus, 16 GiB; only where the operator allows it. No profile gives a sandbox a capability.',
      'Who asks by `schedules`, when a new one is known and what is skipped: [schedules](api.md#schedules).',
      'Isolation is the least: the weakest class that is enough, and that the worker has with the image, runs. Image ' +
        '`host` is for `process` alone; without an `image`, a stronger class takes `base`. What cannot be had is ' +
        'refused with `isolation-unavailable`, and what is missing. More: [isolation](isolation.md).',
    ]),
    '## Rules for some repositories or people',
    paragraph(
      'Mostly for an organisation: `rules` is a list of narrower words. Each rule says for which repositories and people ' +
        'it holds, and then what any airlock.yml may say of these keys: ' +
        `${ruleKeys().map(code).join(', ')}.`,
    ),
    `\`\`\`yaml\n${exampleOrganisation}\n\`\`\``,
    formatTable(['key', 'type', 'what it means'], conditionRows()),
    formatList([
      '`when` and `unless` take the same conditions. All that one of them names has to fit. A rule without either holds ' +
        'everywhere.',
      'A rule stands below the rest of its file and narrows it; what is wider is refused with its line, also where the ' +
        'rule does not hold. Where two rules of a file hold, what both allow is allowed. Rules stand above the files ' +
        'below: a repository narrows them.',
      'What GitHub does not say of a repository counts as a fit of `when`, and not as one of `unless`: in doubt the rule ' +
        'holds.',
      '`team`, `triggers.teams` and `approvals.teams` are teams of the organisation by slug, asked of GitHub for each ' +
        'request and again before the job starts and before it publishes. Members of a child team count. The App needs ' +
        '[a permission of its own](running.md#teams) for it. Without it, or where there is no such team, a request ' +
        'that depends on it is refused with the reason. At most 20 teams in all that hold for one repository.',
      'Whoever administers a repository can change its name and topics; visibility and custom properties are harder to ' +
        'walk around.',
    ]),
    '## Rules for hosts',
    paragraph(
      'An entry of `setup.network` or `network` may say more than a host. Methods and paths can only be seen, and a ' +
        'credential only be added, where TLS ends at the broker. It does so for these hosts, under a certificate ' +
        'authority that is made for the phase and trusted in its sandbox alone. A host without such a rule keeps its ' +
        'TLS to itself.',
    ),
    `\`\`\`yaml\n${exampleRules}\n\`\`\``,
    formatTable(['key', 'type', 'what it means'], policyKeys(networkRuleJsonSchema()).map(ruleRowOf)),
    formatList([
      'The secret of a `credential` is never inside: it is not in `setup.secrets`, and the broker alone has it. It goes ' +
        'to exactly this host and port, over TLS whose certificate the worker trusts. A header of the same name that ' +
        'the client sends is dropped. Only `setup.network` can have one.',
      'Where several entries name one host and port, a request passes if one of them allows it; of those that do, the ' +
        'first with a credential adds it.',
      'Paths are compared without the query, decoded once, and case counts. Where a rule has paths, a request whose ' +
        'path can be read in two ways is refused: `//`, `.` and `..` as segments, a backslash, or anything of these ' +
        'encoded. An encoded slash is only matched by `%2f` in a pattern, as in `/@acme%2f*` for npm.',
      'WebSockets need an entry without methods, paths and credential.',
    ]),
    '## Levels',
    paragraph(
      "The operator's bounds stand above all: [operator reference](operator-reference.md#the-operators-policy). " +
        'The organisation is read first, then the repository. A default fills in what neither sets, and bounds ' +
        'nothing but `triggers.permission`. The last column of the table says what happens to a key that both set:',
    ),
    formatList(Object.entries(levelRules).map(([rule, text]) => `**${rule}**: ${text}`)),
    paragraph(
      'Strict is, for `isolation` and `triggers.permission`, the later value in the table; for `handoff.draft`, ' +
        '`true`; for `triggers.schedules`, the later of `hourly`, `daily`, `weekly`, `never`; for `handoff.ci`, `skip` and then `quarantine`; for `agent-settings`, `ignore`, and `load` in a repository is refused where ' +
        'neither the organisation nor the operator says it; for `gates.suppress-by`, `organisation`, and then `gates.suppress` of a ' +
        'repository is refused. `triggers.permission` cannot be lowered below its default: `read` and ' +
        '`triage` change nothing.',
    ),
    '## What is refused',
    paragraph(
      'An unknown key, a wrong type, an alias, an anchor, a tag, a second document, more than 65536 bytes, or a ' +
        'list that is wider than the organisation allows. The answer names file, path and line, and no job starts.',
    ),
    paragraph(
      'For secrets the bound is their use. Where the organisation lists a secret in `setup.secrets`, a repository may use ' +
        'it in any way. Where it only has it in a `credential`, a repository may only use it in the same one.',
    ),
  ])
}

const ofRule = 'rules[].'

function isOfRule(path: string): boolean {
  return path === 'rules' || path.startsWith(ofRule)
}

function isCondition(path: string): boolean {
  return /^rules\[\]\.(?:when|unless)\./.test(path)
}

function ruleKeys(): string[] {
  return policyKeys(policyJsonSchema())
    .map(({ path }) => path)
    .filter((path) => path.startsWith(ofRule) && !isCondition(path))
    .map((path) => path.slice(ofRule.length))
}

/** `unless` takes the same. */
function conditionRows(): string[][] {
  const prefix = `${ofRule}when.`
  return policyKeys(policyJsonSchema())
    .filter(({ path }) => path.startsWith(prefix))
    .map((key) => ruleRowOf({ ...key, path: key.path.slice(prefix.length) }))
}

function ruleRowOf({ path, type, description }: PolicyKey): string[] {
  return [code(path), type, description]
}

function rowOf({ path, type, description }: PolicyKey): string[] {
  const rule = ruleOfKey[path.split('[]', 1)[0] ?? path]
  if (rule === undefined) throw new Error(`no level rule for ${path}`)
  return [code(path), type, defaultOf(path), description, rule]
}

function defaultOf(path: string): string {
  const value = path.split('.').reduce<unknown>(valueAt, policyFileOf(defaultPolicy))
  return value === undefined ? '–' : code(typeof value === 'string' ? value : JSON.stringify(value))
}

function valueAt(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}
