import { entriesAt, listAt, valueAt } from '../../change/read-value.ts'
import { whenChanged } from '../match/when-changed.ts'
import { type Pick, whenEntriesChange } from '../match/when-entries-change.ts'
import type { Rule, RuleText } from '../rule.ts'

const toolConfiguration: RuleText = {
  id: 'tool-configuration',
  severity: 'hold',
  when: 'The tool would load and run it on the next build, test or lint, in editors when a file is opened.',
  mend: 'Have a person look at it.',
}

const javascriptTools =
  '{astro,ava,babel,commitlint,cypress,electron-builder,esbuild,eslint,forge,gatsby,jest,karma,lint-staged,metro,next,nuxt,nyc,playwright,postcss,prettier,release,remix,rollup,rspack,rsbuild,semantic-release,stylelint,svelte,tailwind,tsdown,tsup,unbuild,vite,vitest,vue,webpack,windi,wdio}'

/** Options of linters, formatters and test runners that name code to load; the rest of their files are values. */
const namesCode =
  /^(?:extends|globalSetup|import|jsPlugins|loader|node-option|parser|plugins|presets|processor|processors|reporter|require|spec|ui)$/
const manifestKeys = 'babel eslintConfig jest mocha ava prettier release commitlint c8 nyc wireit nx'.split(' ')

/** What tools load because a file of theirs says so. */
export const toolRules: readonly Rule[] = [
  {
    ...toolConfiguration,
    paths: [
      `**/${javascriptTools}.{config,conf}.{js,cjs,mjs,ts,cts,mts}`,
      '**/{babel,jest}.config.json',
      '**/.{babelrc,lintstagedrc,releaserc,commitlintrc,nycrc}{,.json,.yml,.yaml}',
      '**/.{babelrc,eslintrc,prettierrc,stylelintrc,mocharc,nycrc,releaserc,lintstagedrc,commitlintrc}.{js,cjs,mjs,ts}',
      '**/.{eslintrc,stylelintrc,swcrc}',
      '**/{nx,turbo,lerna,angular,project,workspace,nodemon,rush}.json',
      '**/{webpack,rollup,vite,jest,karma,babel}.*.{js,cjs,mjs,ts}',
    ],
    match: whenChanged(),
  },
  {
    ...toolConfiguration,
    paths: ['**/.{eslintrc,stylelintrc,mocharc,prettierrc}.json', '**/.mocharc.jsonc', '**/.oxlintrc.json'],
    match: whenEntriesChange('jsonc', namedCode),
  },
  {
    ...toolConfiguration,
    paths: ['**/.{eslintrc,stylelintrc,mocharc,prettierrc}.{yml,yaml}', '**/.prettierrc'],
    match: whenEntriesChange('yaml', namedCode),
  },
  {
    ...toolConfiguration,
    paths: ['**/{tsconfig,jsconfig}{,.*}.json'],
    match: whenEntriesChange('jsonc', (document) => {
      const plugins = listAt(document, 'compilerOptions', 'plugins')
      const required = valueAt(document, 'ts-node', 'require')
      return [...plugins.map((one): [string, unknown] => ['plugins', one]), ...present('ts-node.require', required)]
    }),
  },
  {
    ...toolConfiguration,
    paths: ['**/{deno,import_map}.{json,jsonc}'],
    when: 'The next run would load code from there.',
    match: whenEntriesChange('jsonc', function* (document) {
      for (const [name, value] of entriesAt(document, 'imports')) yield [`imports ${name}`, value]
      for (const key of ['importMap', 'scopes', 'allowScripts']) yield* present(key, valueAt(document, key))
      yield* present('lint.plugins', valueAt(document, 'lint', 'plugins'))
    }),
  },
  {
    ...toolConfiguration,
    paths: ['**/package.json'],
    when: 'The tool would load what it names on the next build, test or lint.',
    match: whenEntriesChange('json', (document) => manifestKeys.flatMap((key) => present(key, valueAt(document, key)))),
  },
]

function* namedCode(document: unknown): ReturnType<Pick> & Generator<[string, unknown]> {
  for (const owner of [document, ...listAt(document, 'overrides')]) {
    for (const [key, value] of entriesAt(owner)) {
      if (namesCode.test(key)) for (const one of [value].flat()) yield [key, one]
    }
    yield* present('options.plugins', valueAt(owner, 'options', 'plugins'))
  }
}

function present(label: string, value: unknown): [string, unknown][] {
  return value === undefined ? [] : [[label, value]]
}
