import { changed } from '../../gate-input.ts'
import type { RuleCase } from '../rule-case.ts'
import { beside } from './beside.ts'

const bundler =
  "import a from 'a'\nimport { b } from 'b'\nexport default {\n  plugins: [a(), b()],\n  test: {\n    globals: true,\n    timeout: 5_000,\n  },\n}\n"
const fixer =
  "<?php\nreturn (new PhpCsFixer\\Config())->setRules([\n    '@PSR12' => true,\n    'header_comment' => ['header' => 'a'],\n]);\n"
const nx = (defaults: object) => JSON.stringify({ targetDefaults: { build: { executor: 'a:b', ...defaults } } })
const pytest = '[pytest]\nfilterwarnings =\n    error\n    ignore:a:DeprecationWarning\naddopts = -q\n'
const tox = '[tox]\nenvlist =\n    py312\n    py313\n\n[testenv]\ncommands =\n    pytest\n'

/** Configurations of tools that differ in what starts nothing: each beside a change that does. */
export const toolCases: readonly RuleCase[] = [
  beside('tool-configuration', 'a call in place of a number', 'vitest.config.ts', [
    bundler,
    bundler.replace('5_000', 'evil()'),
    bundler.replace('5_000,', '10_000,\n    // what takes longest\n    hookTimeout: 20_000,'),
  ]),
  beside('tool-configuration', 'one more import among sorted ones', 'vite.config.ts', [
    bundler,
    bundler.replace("import a from 'a'\n", "import a from 'a'\nimport './evil.js'\n"),
    bundler.replace("import a from 'a'\nimport { b } from 'b'\n", "import { b } from 'b'\nimport a from 'a'\n"),
  ]),
  beside('tool-configuration', 'another module under the name of an import', 'vite.config.ts', [
    bundler,
    bundler.replace("from 'a'", "from './evil.js'"),
    bundler.replace('globals: true', 'globals: false'),
  ]),
  beside('tool-configuration', 'a switch that opens the server', 'vite.config.ts', [
    bundler,
    bundler.replace('    globals', '    host: true,\n    globals'),
    bundler.replace('    globals', '    restoreMocks: true,\n    globals'),
  ]),
  {
    rule: 'tool-configuration',
    severity: 'hold',
    what: 'a number that stood in a text over several lines',
    fires: changed('vite.config.ts', `const a = \`\n${bundler}\``, `const a = \`\nb: 1,\n${bundler}\``),
    quiet: changed('vite.config.ts', bundler, bundler.replace('5_000', '1')),
  },
  beside('tool-configuration', 'a call in a rule of PHP-CS-Fixer', '.php-cs-fixer.dist.php', [
    fixer,
    fixer.replace("['header' => 'a']", "['header' => system('x')]"),
    fixer.replace("    'header", "    'ordered_imports' => ['imports_order' => ['class', 'function']],\n    'header"),
  ]),
  beside('tool-configuration', 'a call that is written like a list', '.php-cs-fixer.php', [
    fixer,
    fixer.replace("    'header", "    'a' => array(system('x')),\n    'header"),
    fixer.replace("    'header", "    'a' => array('elements' => array('method' => 'one')),\n    'header"),
  ]),
  beside('tool-configuration', 'a quote that makes code of the next text', '.php-cs-fixer.php', [
    fixer,
    fixer.replace("    'header", "    'a' => ['b,\n    'header"),
    fixer.replace("    '@PSR12' => true,\n", ''),
  ]),
  beside('tool-configuration', 'a plugin of a linter without an ending', '.eslintrc', [
    '{ "rules": { "semi": "error" } }',
    '{ "rules": { "semi": "error" }, "plugins": ["evil"] }',
    '{ "rules": { "semi": "error", "no-trailing-spaces": "error" } }',
  ]),
  beside('tool-configuration', 'a plugin behind a comment that YAML does not know', '.eslintrc', [
    'rules: {}\n',
    "rules: {}\na: '/*\n\n b'\n# */\n",
    'rules: { semi: error }\n',
  ]),
  beside('tool-configuration', 'a program that Nx asks', 'nx.json', [
    nx({ inputs: ['production'], outputs: ['{projectRoot}/dist'] }),
    nx({ inputs: [{ runtime: 'curl https://h.example' }], outputs: ['{projectRoot}/dist'] }),
    nx({ inputs: ['production', '^production'], outputs: ['{projectRoot}/build'] }),
  ]),
  beside('tool-configuration', 'what a task of Nx runs', 'nx.json', [
    nx({ cache: true }),
    nx({ cache: true, executor: 'nx:run-commands' }),
    nx({ cache: false }),
  ]),
  beside('tool-configuration', 'an option that has the name of a list of files', 'nx.json', [
    nx({ options: { outputs: ['a'] } }),
    nx({ options: { outputs: ['b'] } }),
    nx({ options: { outputs: ['a'] }, outputs: ['b'] }),
  ]),
  beside('tool-configuration', 'a client of Lerna', 'lerna.json', [
    '{ "version": "1.0.0" }',
    '{ "version": "1.0.0", "npmClient": "./evil" }',
    '{ "version": "1.1.0-beta.1" }',
  ]),
  beside('tool-configuration', 'a version of Lerna that a shell would read', 'lerna.json', [
    '{ "version": "1.0.0" }',
    '{ "version": "1.0.0;x" }',
    '{ "version": "2.0.0" }',
  ]),
  beside('python-test-configuration', 'a module that pytest imports for the name of a warning', 'pytest.ini', [
    pytest,
    pytest.replace('addopts', '    ignore::evil.Warning\naddopts'),
    pytest.replace('addopts', '    ignore:b.c:pytest.PytestRemovedIn10Warning\nasyncio_mode = auto\naddopts'),
  ]),
  beside('python-test-configuration', 'a command among the environments of tox', 'tox.ini', [
    tox,
    tox.replace('    py313\n', '    py313\nrequires = evil\n'),
    tox.replace('    py312\n', '').replace('    py313\n', '    py3{13,14}\n'),
  ]),
  beside('python-test-configuration', 'a line below a header, which goes on with nothing', 'tox.ini', [
    tox,
    tox.replace('[testenv]\n', '[testenv]\n  commands_pre = x\n'),
    tox.replace('[tox]\n', '[tox]\nskip_missing_interpreters = true\n'),
  ]),
]
