import known from '../../../../worker/gates/delayed-execution/rules/ci/known-releases.json' with { type: 'json' }
import { changed } from '../../gate-input.ts'
import type { RuleCase } from '../rule-case.ts'
import { exposed, pair, path, release, sha, tests } from './reach-cases.ts'

const expression = (inner: string) => `\${{ ${inner} }}`
const [newest = '', older = ''] = known['actions/checkout'].map((line) => line.split(' ')[1])
const [newestTag = ''] = known['actions/checkout'].map((line) => line.split(' ')[0])
const checkout = (of: string) => release.replace('acme/checkout@v4', `actions/checkout@${of}`)
const readOnly = tests.replace('          npm ci\n          npm test', '          npm test')
const runner = (of: string) => tests.replace('[ubuntu-24.04]', '[ubuntu-24.04]').replace(expression('matrix.os'), of)
const guarded = release.replace(
  "if: github.ref == 'refs/heads/main'",
  "if: github.ref == 'refs/heads/main' && github.event.created",
)

/** Each an attack beside the change that it could pass for. */
export const sameReachCases: readonly RuleCase[] = [
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
