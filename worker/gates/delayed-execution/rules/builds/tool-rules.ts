import { entriesAt, listAt, valueAt } from '../../../change/read-value.ts'
import { whenChanged } from '../../match/when-changed.ts'
import { type Pick, whenEntriesChange } from '../../match/when-entries-change.ts'
import { whenLinesAdded } from '../../match/when-lines-added.ts'
import type { Rule, RuleText } from '../../rule.ts'
import { withoutInert } from './inert-entries.ts'
import { fixesTheSame, lintsTheSame, setsTheSame } from './plain-values.ts'

const toolConfiguration: RuleText = {
  id: 'tool-configuration',
  severity: 'hold',
  when: 'The tool would load and run it on the next build, test or lint, in editors when a file is opened.',
  mend: 'Have a person look at it.',
}

const javascriptTools =
  '{astro,ava,capacitor,codegen,drizzle,graphql,hardhat,lage,prisma,react-native,stryker,svgo,wireit,babel,commitlint,cypress,electron-builder,esbuild,eslint,forge,gatsby,jest,karma,lint-staged,metro,next,nuxt,nyc,playwright,postcss,prettier,release,remix,rollup,rspack,rsbuild,semantic-release,stylelint,svelte,tailwind,tsdown,tsup,unbuild,vite,vitest,vue,webpack,windi,wdio}'

const linters = /(?:^|\/)(?:(?:eslint|prettier|stylelint)\.config|\.(?:eslintrc|prettierrc|stylelintrc))\.[cm]?[jt]s$/i

/** A line of `.rspec`, PHPUnit, Psalm, PHPStan or golangci-lint that names a file or plugin to load. */
const loadsCode =
  /^\s{0,20}(?:(?:--require|-r|-I)\s|path\s{0,5}:.{0,200}\.so\b|(?:bootstrapFiles|includes)\s{0,5}:)|\bbootstrap\s{0,5}=|<(?:pluginClass|plugin|bootstrap|extension)\b/

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
      '**/.swcrc',
      '**/{angular,project,workspace,nodemon,rush}.json',
      '**/{webpack,rollup,vite,jest,karma,babel}.*.{js,cjs,mjs,ts}',
      '**/.{markdownlint,markdownlint-cli2,remarkrc,textlintrc,svgrrc,versionrc,release-it,graphqlrc,vscode-test}.{js,cjs,mjs,ts}',
      '**/{gatsby-node,gatsby-config,knexfile,plopfile}.{js,cjs,mjs,ts}',
      '**/{.php-cs-fixer,.php-cs-fixer.dist,rector,ecs,castor,deploy,RoboFile}.php',
      '**/.phan/config.php',
      '**/{.formatter,.credo}.exs',
      '**/.moon/*.{yml,yaml,pkl}',
      '**/common/config/rush/{command-line,rush-plugins}.json',
      '**/{.release-it,.versionrc}{,.json}',
    ],
    match: (file, change) => {
      const saysNothing = (linters.test(file.path) && lintsTheSame(file)) || setsTheSame(file) || fixesTheSame(file)
      return saysNothing ? [] : whenChanged()(file, change)
    },
  },
  {
    ...toolConfiguration,
    paths: ['**/{nx,turbo,lerna}.json'],
    match: whenEntriesChange('jsonc', withoutInert),
  },
  {
    ...toolConfiguration,
    paths: ['**/.{eslintrc,stylelintrc}'],
    // The tools take such comments out before they read it as YAML: what is left is another text.
    match: (file, change) => {
      const hasComments = /\/\*|(?<!:)\/\//.test(file.after?.text ?? '')
      return (hasComments ? whenChanged() : whenEntriesChange('yaml', namedCode))(file, change)
    },
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
    paths: [
      '**/.rubocop{,_todo}.yml',
      '**/.standard.yml',
      '**/analysis_options.yaml',
      '**/.markdownlint-cli2.{jsonc,yaml}',
    ],
    match: whenEntriesChange('yaml', function* (document) {
      const keys = [
        'require',
        'plugins',
        'inherit_from',
        'inherit_gem',
        'customRules',
        'markdownItPlugins',
        'outputFormatters',
      ]
      for (const key of keys) for (const one of [valueAt(document, key) ?? []].flat()) yield [key, one]
      yield* present('analyzer.plugins', valueAt(document, 'analyzer', 'plugins'))
    }),
  },
  {
    ...toolConfiguration,
    paths: ['**/tauri.conf.json'],
    when: 'It would run on the next build.',
    match: whenEntriesChange('jsonc', (document) =>
      entriesAt(document, 'build').filter(([key]) => /command/i.test(key)),
    ),
  },
  {
    ...toolConfiguration,
    paths: [
      '**/{.rspec,phpunit.xml,phpunit.xml.dist,psalm.xml,psalm.xml.dist}',
      '**/phpstan{,.dist}.neon{,.dist}',
      '**/.golangci.{yml,yaml}',
    ],
    match: whenLinesAdded('This line names code to load.', ({ text }) => loadsCode.test(text)),
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
