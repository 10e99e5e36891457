import { isInTests } from '../../../change/classify-path.ts'
import { entriesAt, valueAt } from '../../../change/read-value.ts'
import { valuesOf } from '../../match/values-of.ts'
import { whenChanged, whenProgramChanged } from '../../match/when-changed.ts'
import { whenEntriesChange } from '../../match/when-entries-change.ts'
import { whenLinesAdded } from '../../match/when-lines-added.ts'
import type { Match, Rule } from '../../rule.ts'
import { pythonTestRules } from '../builds/python-test-rules.ts'

const leaveIt = 'Take it out, or let a maintainer make this change.'

/** Lines of `setup.py` that only describe the package: its fields, classifiers, and versions of what it needs. */
const pythonMetadata =
  /^\s{0,40}(?:#.{0,500}|(?:name|version|__version__|description|author|author_email|maintainer|maintainer_email|license|url|keywords|python_requires|REQUIRED_PYTHON)\s{0,5}=\s{0,5}(?:["'][^"']{0,200}["']|\([\d, ]{1,20}\)),?|(?:include_package_data|zip_safe)\s{0,5}=\s{0,5}(?:True|False),?|(?:packages|package_dir|install_requires|extras_require|tests_require|classifiers|project_urls|entry_points)\s{0,5}=\s{0,5}(?:[[{]|find_packages\((?:["'][\w./-]{0,60}["'])?\),?|[[{][\w "':./=,<>!~;-]{0,300}[\]}],?)|["'][\w /.:,<>=!~;()[\]-]{1,200}["'](?:: (?:["'][\w /.:,<>=!~;()[\]-]{1,200}["']|\[(?:["'][\w.<>=!~; -]{1,100}["'])?\]?))?,?|[\])}]{1,3},?|setup\(|from setuptools import (?:find_packages|setup)(?:, (?:find_packages|setup))?|)\s{0,5}$/

/** Where a project says what builds it, and what that runs. */
const buildKeys = [
  ...['build-system.build-backend', 'build-system.backend-path', 'tool.hatch.build.hooks', 'tool.hatch.metadata.hooks'],
  ...['tool.pdm.build', 'tool.poetry.build', 'tool.setuptools.cmdclass'],
  ...['pre_install', 'post_install', 'pre_lock', 'post_lock', 'pre_build', 'post_build'].map(
    (name) => `tool.pdm.scripts.${name}`,
  ),
]
const uvKeys = ['index', 'index-url', 'extra-index-url', 'find-links', 'allow-insecure-host']
/** uv's own file has the same keys without a table around them. */
const indexKeys = [
  ...['tool.uv.', 'tool.uv.pip.', '', 'pip.'].flatMap((table) => uvKeys.map((key) => `${table}${key}`)),
  ...['tool.poetry.source', 'tool.pdm.source'],
]

const otherIndex = {
  when: 'The next install would take packages from there and run their setup.',
  mend: 'Use the index that the project already uses.',
}

/** The same fields within one call. */
const plainSetup =
  /^\s{0,10}setup\((?:(?:name|version|description|author|author_email|url|license|keywords|python_requires|zip_safe|include_package_data)\s{0,3}=\s{0,3}(?:"[\w /.:,<>=!~;()@-]{0,200}"|'[\w /.:,<>=!~;()@-]{0,200}'|True|False)(?:,\s{0,3})?){1,12}\)\s{0,5}$/

export const pythonRules: readonly Rule[] = [
  ...pythonTestRules,
  {
    id: 'python-startup',
    severity: 'block',
    paths: ['**/*.pth', '**/{sitecustomize,usercustomize}.py'],
    when: 'Python would run it at every start once it is on the path.',
    mend: leaveIt,
    match: whenChanged(),
  },
  {
    id: 'python-setup',
    severity: 'block',
    paths: ['**/setup.py'],
    when: 'It would run on `pip install`.',
    mend: leaveIt,
    match: milderInTests(
      whenLinesAdded('This file is run, not read.', ({ text }) => !pythonMetadata.test(text) && !plainSetup.test(text)),
    ),
  },
  {
    id: 'python-setup',
    severity: 'block',
    paths: ['**/{hatch_build,pdm_build}.py'],
    when: 'The build backend would run it on `pip install`.',
    mend: leaveIt,
    match: milderInTests(whenProgramChanged()),
  },
  {
    id: 'python-setup',
    severity: 'block',
    paths: ['**/setup.cfg'],
    when: 'It would run, or decide what is fetched, on `pip install`.',
    mend: leaveIt,
    match: milderInTests(
      whenLinesAdded('This line names code or a place that setup uses.', ({ text }) =>
        /^\s{0,20}(?:cmdclass|command_packages|distutils\.commands|setup_requires|index_url|find_links)\s{0,5}=/.test(
          text,
        ),
      ),
    ),
  },
  {
    id: 'python-build-backend',
    severity: 'block',
    paths: ['**/pyproject.toml'],
    when: 'pip would download and run the build backend on `pip install`.',
    mend: leaveIt,
    match: milderInTests(
      whenEntriesChange('toml', function* (document) {
        yield* valuesOf(buildKeys)(document)
        for (const required of [valueAt(document, 'build-system', 'requires') ?? []].flat())
          yield [`requires ${packageIn(required)}`, true]
        for (const [target, options] of entriesAt(document, 'tool', 'hatch', 'build', 'targets')) {
          const hooks = valueAt(options, 'hooks')
          if (target === 'custom' || hooks !== undefined) yield [`tool.hatch.build.targets.${target}`, hooks ?? options]
        }
      }),
    ),
  },
  {
    id: 'python-build-backend',
    severity: 'block',
    paths: ['**/hatch.toml'],
    when: 'The build backend would run it on `pip install`.',
    mend: leaveIt,
    match: milderInTests(
      whenEntriesChange('toml', valuesOf(['build.hooks', 'metadata.hooks', 'build.targets.custom'])),
    ),
  },
  {
    id: 'python-index',
    severity: 'block',
    paths: ['**/{pdm,poetry}.toml', '**/{.pypirc,.condarc}'],
    ...otherIndex,
    match: whenLinesAdded('This line names a package index, or what is known of one.', ({ text }) =>
      /^\s{0,40}(?:\[(?:pypi|repositories|http-basic|certificates|distutils)\b|(?:url|index_url|repository|index-servers|verify_ssl)\s{0,5}=|-?\s{0,5}(?:channels|default_channels|channel_alias|custom_channels|https?)\b)/.test(
        text,
      ),
    ),
  },
  {
    id: 'python-index',
    severity: 'block',
    paths: ['**/*requirements*.{txt,in}', '**/requirements/**', '**/{pip.conf,pip.ini}'],
    ...otherIndex,
    match: whenLinesAdded('This line names another package index.', ({ text }) =>
      /^\s{0,40}(?:--?(?:i|index-url|extra-index-url|find-links|trusted-host)\b|(?:(?:extra-)?index(?:-url|_url)?|find-links|trusted-host)\s{0,5}=)/.test(
        text,
      ),
    ),
  },
  {
    id: 'python-index',
    severity: 'block',
    paths: ['**/{pyproject,uv}.toml'],
    ...otherIndex,
    match: whenEntriesChange('toml', valuesOf(indexKeys)),
  },
]

/** Packages that tests build are installed by whoever runs those tests, and by nobody who installs the project. */
function milderInTests(match: Match): Match {
  return (file, change) => {
    const hits = match(file, change)
    return isInTests(file.path) ? hits.map((hit) => ({ ...hit, severity: 'hold' })) : hits
  }
}

/** The package of a requirement, and the address where one is given; other versions of it are its registry's. */
function packageIn(requirement: unknown): string {
  const [name = '', address] = String(requirement).split(/@(.*)/s)
  const plain = /^[\w.-]{1,200}/.exec(name.trim())?.[0] ?? name
  return address === undefined ? plain : `${plain} @${address}`
}
