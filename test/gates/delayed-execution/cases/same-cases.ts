import { changed } from '../../gate-input.ts'
import type { RuleCase } from '../rule-case.ts'
import { beside } from './beside.ts'

const lint =
  "import a from 'a'\nexport default [\n  {\n    ignores: [\n      'dist/**',\n    ],\n    rules: {\n      'a/b': 'error',\n    },\n  },\n]\n"
const props = '<Project>\n  <PropertyGroup>\n    <Version>1.2.3</Version>\n  </PropertyGroup>\n</Project>\n'
const tests = 'import os\n\n\ndef a():\n    return 1\n\n\ndef b():\n    return 2\n'
const tox = '[tox]\nenvlist = py312\n\n[testenv]\ncommands =\n    pytest\n'
const image = '# why\nARG NODE_VERSION=22\nFROM node:22.1-alpine AS a\nRUN apk add git\n'
const updates = (of: string) => `version: 2\nupdates:\n  - { package-ecosystem: npm, directory: /${of} }\n`
const packageOf = (manager: string) => JSON.stringify({ packageManager: manager })

/** Files that differ in values alone run what they ran: each beside a value that does not. */
export const sameCases: readonly RuleCase[] = [
  beside('tool-configuration', 'a plugin of a linter in a list of patterns', 'eslint.config.js', [
    lint,
    lint.replace("'dist/**',", "'dist/**',\n      './x.js',"),
    lint.replace("'dist/**',", "'dist/**',\n      '**/build/**',"),
  ]),
  beside('tool-configuration', 'a parser that is named like a severity', '.eslintrc.js', [
    lint,
    lint.replace("'a/b': 'error',", "'a/b': 'error',\n      parser: 'error',"),
    lint.replace("'a/b': 'error',", "'a/b': ['warn', { ignore: '^_' }],"),
  ]),
  beside('tool-configuration', 'a call in a rule of a linter', 'eslint.config.mjs', [
    lint,
    lint.replace("'a/b': 'error',", "'a/b': ['error', (() => x())()],"),
    lint.replace("      'a/b': 'error',\n", ''),
  ]),
  {
    rule: 'tool-configuration',
    severity: 'hold',
    what: 'a pattern that ends a comment with code in it',
    fires: changed('eslint.config.js', `/*\n${lint}`, `/*\n'**/a/*',\n${lint}`),
    quiet: changed('eslint.config.js', `/** @type {a} */\n${lint}`, `/** @type {a} */\n'**/a/*',\n${lint}`),
  },
  beside(
    'dotnet-build',
    'a file that a property of MSBuild writes',
    'Directory.Build.props',
    [
      props,
      props.replace('1.2.3', "$([System.IO.File]::WriteAllText('a','b'))"),
      props.replace('1.2.3', '1.3.0-beta.1'),
    ],
    'block',
  ),
  beside('dotnet-build', 'a property that names an analyzer', 'Directory.Build.props', [
    props,
    props.replace('    <Version>', '    <RunAnalyzers>true</RunAnalyzers>\n    <Version>'),
    props.replace(
      '    <Version>',
      '    <Nullable>enable</Nullable>\n    <NoWarn>$(NoWarn);CS1591</NoWarn>\n    <Version>',
    ),
  ]),
  beside('python-test-configuration', 'code in what tests load by themselves', 'tests/conftest.py', [
    tests,
    tests.replace('return 1', 'return os.system("x")'),
    tests.replace('import os\n', 'import os\n# why\n'),
  ]),
  beside(
    'python-test-configuration',
    'a function that is gone, and stood in place of an earlier one of its name',
    'conftest.py',
    [`${tests}\n\ndef a():\n    return 3\n`, tests, `# why\n${tests}\n\ndef a():\n    return 3\n`],
  ),
  beside('python-test-configuration', 'lines in another order', 'conftest.py', [
    tests,
    'import os\n\n\ndef b():\n    return 2\n\n\ndef a():\n    return 1\n',
    tests.replace('import os\n', '# why\nimport os\n'),
  ]),
  beside('python-test-configuration', 'a command of tox', 'tox.ini', [
    tox,
    tox.replace('    pytest\n', '    pytest\n    x\n'),
    tox.replace('py312', 'py312,py313').replace('[tox]\n', '[tox]\nminversion = 4\n'),
  ]),
  beside('python-test-configuration', 'a plugin of pytest as an option', 'pytest.ini', [
    '[pytest]\n',
    '[pytest]\naddopts = -p evil\n',
    '[pytest]\ntestpaths = tests\n',
  ]),
  beside('npm-redirect', 'an older package manager, which may run scripts that a newer one does not', 'package.json', [
    packageOf('pnpm@10.1.0'),
    packageOf('pnpm@9.15.0'),
    packageOf('pnpm@10.2.0+sha512.aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ'),
  ]),
  beside('npm-redirect', 'a package manager from an address', 'package.json', [
    packageOf('yarn@4.1.0'),
    packageOf('yarn@https://h.example/yarn.js'),
    packageOf('yarn@4.2.0'),
  ]),
  beside('npm-redirect', 'another folder to publish', 'package.json', [
    JSON.stringify({ publishConfig: { exports: { '.': './a.js' } } }),
    JSON.stringify({ publishConfig: { exports: { '.': './a.js' }, directory: 'x' } }),
    JSON.stringify({ publishConfig: { exports: { '.': './b.js' } } }),
  ]),
  beside('new-dependency', 'a scope that looks like the one of types', 'package.json', [
    '{}',
    JSON.stringify({ devDependencies: { '@type/node': '^24.0.0' } }),
    JSON.stringify({ devDependencies: { '@types/node': '^24.0.0' } }),
  ]),
  beside('new-dependency', 'another package under the name of types', 'package.json', [
    '{}',
    JSON.stringify({ devDependencies: { '@types/node': 'npm:evil@1.0.0' } }),
    JSON.stringify({ devDependencies: { '@types/node': '24.0.0' } }),
  ]),
  beside('repository-oversight', 'what Dependabot is told to leave out', '.github/dependabot.yml', [
    'version: 2\nupdates:\n  - { package-ecosystem: npm, directory: /, schedule: { interval: weekly } }\n',
    'version: 2\nupdates:\n  - { package-ecosystem: npm, directory: /, ignore: [{ dependency-name: a }] }\n',
    'version: 2\nupdates:\n  - { package-ecosystem: npm, directory: /, reviewers: [a], versioning-strategy: increase }\n',
  ]),
  {
    rule: 'repository-oversight',
    severity: 'hold',
    what: 'a first configuration of Dependabot that reaches another registry',
    fires: changed(
      '.github/dependabot.yml',
      null,
      'version: 2\nregistries: { a: { type: npm-registry, url: "https://h.example" } }\nupdates: []\n',
    ),
    quiet: changed(
      '.github/dependabot.yml',
      null,
      'version: 2\nupdates:\n  - { package-ecosystem: npm, directory: /, schedule: { interval: weekly } }\n',
    ),
  },
  beside('repository-oversight', 'no more updates at once', '.github/dependabot.yml', [
    updates(''),
    updates(', open-pull-requests-limit: 0'),
    updates(', open-pull-requests-limit: 10, cooldown: { default-days: 7 }'),
  ]),
  ...(
    [
      ['another image', 'node:22.1-alpine', 'evil/node:24-alpine', 'node:24.0-alpine'],
      ['an older image', 'node:22.1-alpine', 'node:20-alpine', 'node:22.2-alpine3.20'],
      ['an image by whatever its digest is', ':22.1-alpine', `:22.1-alpine@sha256:${'a'.repeat(64)}`, ':22.4-alpine'],
      ['a stage of another name', 'AS a', 'AS b', 'AS a\n# then'],
      ['another program that reads the file', '# why', '# syntax=evil/frontend', '# why not'],
      ['an argument that is no version', 'VERSION=22', 'VERSION=evil', 'VERSION=24'],
      ['an argument that is an older version', 'VERSION=22', 'VERSION=20', 'VERSION=22.3'],
      ['an argument of another name', 'ARG NODE_VERSION=22', 'ARG BASE=22', 'ARG NODE_VERSION="22"'],
      ['a line more', 'RUN apk add git\n', 'RUN apk add git\nRUN x\n', '\nRUN apk add git\n'],
      ['a text whose lines are run', 'RUN apk add git', 'RUN <<E\nx\nE', 'RUN apk add git\n# <'],
    ] as const
  ).map(([what, from, attack, harmless]) =>
    beside('container-build', what, 'Dockerfile', [image, image.replace(from, attack), image.replace(from, harmless)]),
  ),
  beside('container-build', 'a folder of the machine in a container', 'compose.yaml', [
    'services: { a: { image: "a:1" } }\n',
    'services: { a: { image: "a:1", volumes: ["/:/host"] } }\n',
    "services:\n  # why\n  a:\n    image: 'a:1'\n",
  ]),
  beside('ci-configuration', 'a command beside a version', 'netlify.toml', [
    '[build.environment]\nNODE_VERSION = "22"\n',
    '[build]\ncommand = "x"\n[build.environment]\nNODE_VERSION = "24"\n',
    '[build.environment]\nNODE_VERSION = "24"\n',
  ]),
]
