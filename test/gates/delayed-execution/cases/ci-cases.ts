import { added, changed } from '../../gate-input.ts'
import type { RuleCase } from '../rule-case.ts'

const expression = (inner: string) => `\${{ ${inner} }}`
const workflow = (on: string, step: string) =>
  `on: ${on}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - ${step}\n`
const test = workflow('push', 'run: npm test')
const path = '.github/workflows/ci.yml'
const commented = changed(path, test, `# why\n${test}`)
const moved = (step: string) =>
  changed(path, workflow('push', step), workflow('push', step).replace('    steps:\n', '    steps:\n      # first\n'))

export const ciCases: readonly RuleCase[] = [
  {
    rule: 'workflow',
    severity: 'hold',
    what: 'a changed workflow',
    fires: changed(path, test, workflow('push', 'run: npx e2e')),
    quiet: commented,
  },
  {
    rule: 'workflow',
    severity: 'hold',
    what: 'a deleted workflow that scans',
    fires: changed(path, workflow('push', 'uses: acme/codeql-action@v3'), null),
    quiet: changed(path, test, null),
  },
  {
    rule: 'ci-configuration',
    severity: 'hold',
    what: 'a switch beside another version',
    fires: changed('.travis.yml', 'php: [8.1]\nsudo: false\n', 'php: [8.1, 8.2]\nsudo: true\n'),
    quiet: changed('.travis.yml', 'php: [8.1]\nsudo: false\n', '# why\nsudo: false\nphp: [8.1, 8.2]\n'),
  },
  {
    rule: 'ci-configuration',
    severity: 'hold',
    what: 'an image in place of a version',
    fires: changed('.gitlab-ci.yml', 'image: 3.1\n', 'image: evil/x:3.1\n'),
    quiet: changed(
      '.readthedocs.yaml',
      'build: { tools: { python: "3.11" } }\n',
      'build: { tools: { python: "3.13" } }\n',
    ),
  },
  {
    rule: 'workflow',
    severity: 'hold',
    what: 'a new workflow',
    fires: added(path, test),
    quiet: added('test/fixtures/.github/workflows/ci.yml', test),
  },
  {
    rule: 'workflow',
    severity: 'hold',
    what: 'an action of the repository',
    fires: added('tools/action.yml', 'runs: {}\n'),
    quiet: added('.github/ISSUE_TEMPLATE/bug.md', '# Bug\n'),
  },
  {
    rule: 'workflow-untrusted-text',
    severity: 'block',
    what: 'a title in a script',
    fires: added(path, workflow('issues', `run: echo "${expression('github.event.issue.title')}"`)),
    quiet: moved(`run: echo "${expression('github.event.issue.title')}"`),
  },
  {
    rule: 'workflow-untrusted-text',
    severity: 'block',
    what: 'a branch name in a script of an action',
    fires: added(
      'action.yml',
      `runs:\n  using: composite\n  steps:\n    - run: git checkout ${expression('github.head_ref')}\n      shell: bash\n`,
    ),
    quiet: commented,
  },
  {
    rule: 'workflow-untrusted-text',
    severity: 'block',
    what: 'a body in a prompt',
    fires: added(
      path,
      workflow(
        'issues',
        `uses: x/agent@v1\n        with:\n          prompt: "Do ${expression('github.event.issue.body')}"`,
      ),
    ),
    quiet: commented,
  },
  {
    rule: 'workflow-secrets-dump',
    severity: 'block',
    what: 'all secrets at once',
    fires: added(path, workflow('push', `run: echo '${expression('toJSON(secrets)')}'`)),
    quiet: commented,
  },
  {
    rule: 'workflow-strangers-code',
    severity: 'block',
    what: 'a stranger’s commit beside the secrets',
    fires: added(
      path,
      workflow(
        'pull_request_target',
        `uses: actions/checkout@v4\n        with:\n          ref: ${expression('github.event.pull_request.head.sha')}`,
      ),
    ),
    quiet: commented,
  },
  {
    rule: 'workflow-open-agent',
    severity: 'block',
    what: 'an agent for everyone',
    fires: added(path, workflow('issues', 'uses: x/agent@v1\n        with:\n          allowed_non_write_users: "*"')),
    quiet: commented,
  },
  {
    rule: 'ci-configuration',
    severity: 'hold',
    what: 'another CI',
    fires: added('.gitlab-ci.yml', 'test:\n  script: x\n'),
    quiet: added('docs/gitlab-ci.md', 'x\n'),
  },
  {
    rule: 'repository-oversight',
    severity: 'hold',
    what: 'owners that go',
    fires: changed('.github/CODEOWNERS', '* @a\n', null),
    quiet: added('src/owners.ts', 'export {}\n'),
  },
  ...(
    [
      ['updates that it leaves out', '{ package-ecosystem: npm, directory: /, ignore: [{ dependency-name: "*" }] }'],
      ['updates that are gone', ''],
      ['updates that are switched off', '{ package-ecosystem: npm, directory: /, open-pull-requests-limit: 0 }'],
      [
        'a registry for new updates',
        '{ package-ecosystem: npm, directory: / }, { package-ecosystem: pip, registries: "*" }',
      ],
    ] as const
  ).map(([what, updates]): RuleCase => {
    const written = (of: string) => `version: 2\nupdates: [${of}]\n`
    const [before, harmless] = ['{ package-ecosystem: npm, directory: / }', 'groups: { all: { patterns: ["*"] } }']
    return {
      ...{ rule: 'repository-oversight', severity: 'hold', what: `Dependabot: ${what}` },
      fires: changed('.github/dependabot.yml', written(before), written(updates)),
      quiet: changed(
        '.github/dependabot.yml',
        written(before),
        written(
          `{ package-ecosystem: npm, directory: /, ${harmless} }, { package-ecosystem: github-actions, directory: / }`,
        ),
      ),
    }
  }),
  {
    rule: 'repository-oversight',
    severity: 'hold',
    what: 'what renovate may merge',
    fires: changed('renovate.json', '{}', '{"automerge":true}'),
    quiet: added('src/renovate.ts', 'export {}\n'),
  },
  {
    rule: 'repository-oversight',
    severity: 'hold',
    what: 'the policy of this very gate',
    fires: added('.github/airlock.yml', 'gates: {}\n'),
    quiet: added('docs/airlock.md', 'x\n'),
  },
  {
    rule: 'scanner-configuration',
    severity: 'hold',
    what: 'what scanners overlook',
    fires: added('.gitleaks.toml', '[allowlist]\n'),
    quiet: added('src/gitleaks.ts', 'export {}\n'),
  },
  {
    rule: 'container-build',
    severity: 'hold',
    what: 'a Dockerfile',
    fires: changed('app/Dockerfile.prod', 'FROM a\n', 'FROM b\n'),
    quiet: added('.dockerignore', 'dist\n'),
  },
  {
    rule: 'build-file',
    severity: 'hold',
    what: 'a Makefile',
    fires: changed('Makefile', 'all:\n', 'all:\n\tx\n'),
    quiet: added('docs/make.md', 'x\n'),
  },
  {
    rule: 'build-file',
    severity: 'hold',
    what: 'a line beside another version',
    fires: changed('build.gradle', "  id 'a' version '1.0'\n", "  id 'a' version '1.1'\n  apply from: 'x'\n"),
    quiet: changed('build.gradle', "  id 'a' version '1.0'\n", "  // why\n  id 'a' version '1.1.2-rc.1'\n"),
  },
  {
    rule: 'build-file',
    severity: 'hold',
    what: 'another address, whose numbers look like a version',
    fires: changed('build.gradle', "url 'http://10.0.0.1/m2'\n", "url 'http://10.6.6.6/m2'\n"),
    quiet: changed('build.gradle', "id 'a' version '1.0'\n", "id 'a' version '1.1'\n"),
  },
  {
    rule: 'build-file',
    severity: 'hold',
    what: 'another host behind numbers that look like a version',
    fires: changed('build.gradle', "url 'https://1.2.a.example/'\n", "url 'https://1.2.b.example/'\n"),
    quiet: changed('build.gradle', "id 'a' version '1.0'\n", "id 'a' version '1.1'\n"),
  },
  {
    rule: 'build-file',
    severity: 'hold',
    what: 'a line that is gone beside another version',
    fires: changed('build.gradle', "verify()\nid 'a' version '1.0'\n", "id 'a' version '1.1'\n"),
    quiet: changed('build.gradle', "id 'a' version '1.0'\n", "id 'a' version '1.1'\n"),
  },
  {
    rule: 'build-file',
    severity: 'hold',
    what: 'a comment that Groovy ends within',
    fires: changed('build.gradle', "id 'a' version '1.0'\n", "// \\u000a run()\nid 'a' version '1.0'\n"),
    quiet: changed('build.gradle', "id 'a' version '1.0'\n", "id 'a' version '1.1'\n"),
  },
  {
    rule: 'build-file',
    severity: 'hold',
    what: 'a path that looks like a comment',
    fires: changed('Makefile', 'all:\n', 'all:\n\t//bin/x\n'),
    quiet: changed('Makefile', 'all:\n', '# why\nall:\n'),
  },
  ...(
    [
      [
        'a line of one recipe in another',
        'Makefile',
        'a:\n\tx\nb:\n\ty\n',
        'a:\n\tx\n\ty\nb:\n',
        '# why\na:\n\tx\nb:\n\ty\n',
      ],
      [
        'what makes a comment end',
        'build.gradle',
        'a = """\nb\n"""\n',
        'a = """\n//bin/x\nb\n"""\n',
        'a = """\nb\n"""\n\n',
      ],
      [
        'text in CDATA that looks like a comment',
        'build.xml',
        '<a>\n</a>\n',
        '<a>\n<![CDATA[<!--]]><b/><![CDATA[-->]]>\n</a>\n',
        '<a>\n<!-- why -->\n</a>\n',
      ],
      [
        'what stands behind a comment',
        'pom.xml',
        '<a>\n</a>\n',
        '<a>\n<!-- a --><b/><!-- b -->\n</a>\n',
        '<a>\n<!-- a\n b -->\n</a>\n',
      ],
      [
        'a name that stands for a version',
        'pom.xml',
        '<tag>HEAD</tag>\n',
        '<tag>HEAD</tag><b/>\n',
        '<tag>a-1.2.3</tag>\n',
      ],
      ['a tap that anybody can make', 'Brewfile', "brew 'jq'\n", "brew 'evil/tap/jq'\n", "brew 'jq'\ncask 'firefox'\n"],
      [
        'an argument of what brew installs',
        'Brewfile',
        "brew 'jq'\n",
        "brew 'jq', postinstall: 'x'\n",
        "brew 'wget'\n",
      ],
      [
        'a package by its coordinates',
        'a.gradle.kts',
        'dependencies {\n}\n',
        'dependencies {\n  implementation("e:x:1.0")\n}\n',
        'dependencies {\n  implementation(libs.junit)\n}\n',
      ],
      [
        'a plugin that no catalog names',
        'a.gradle.kts',
        'plugins {\n}\n',
        'plugins {\n  id("evil")\n}\n',
        'plugins {\n  alias(libs.plugins.jmh)\n}\n',
      ],
    ] as const
  ).map(([what, path, before, bad, good]): RuleCase => {
    const [fires, quiet] = [changed(path, before, bad), changed(path, before, good)]
    return { rule: 'build-file', severity: 'hold', what, fires, quiet }
  }),
  ...(
    [
      [
        'a plugin of the compiler',
        'tsconfig.json',
        '{"compilerOptions":{"plugins":[{"name":"./x"}]}}',
        '{"compilerOptions":{"strict":true}}',
      ],
      ['a parser of the linter', '.eslintrc.json', '{"parser":"./x.js"} // why', '{"rules":{"semi":"error"}}'],
      ['a plugin of the formatter', '.prettierrc', 'plugins: [./x.js]\n', '{"semi":false}'],
      ['what tests load first', '.mocharc.yml', 'require: ./x.js\n', 'timeout: 5000\n'],
      [
        'a module from elsewhere',
        'deno.json',
        '{"imports":{"a":"https://h.example/a.ts"}}',
        '{"tasks":{"test":"deno test"}}',
      ],
    ] as const
  ).map(([what, path, bad, good]): RuleCase => {
    return { rule: 'tool-configuration', severity: 'hold', what, fires: added(path, bad), quiet: added(path, good) }
  }),
  {
    rule: 'tool-configuration',
    severity: 'hold',
    what: 'a configuration that is code',
    fires: added('vite.config.ts', 'export default {}\n'),
    quiet: added('src/config.ts', 'export default {}\n'),
  },
  {
    rule: 'tool-configuration',
    severity: 'hold',
    what: 'a transform of the tests',
    fires: changed('package.json', '{}', '{"jest":{"transform":{"x":"./x"}}}'),
    quiet: changed('package.json', '{}', '{"description":"jest"}'),
  },
]
