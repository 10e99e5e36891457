import { whenChanged, whenProgramChanged } from '../../match/when-changed.ts'
import { whenLinesAdded } from '../../match/when-lines-added.ts'
import type { Match, Rule, RuleText } from '../../rule.ts'
import { preCommitRules } from '../ci/pre-commit-rules.ts'
import { whenGitConfigChanges } from './git-config.ts'

const onCommit = 'It would run on the next `git commit`, checkout or push of whoever has the branch.'
const leaveHooks = 'Take it out; a maintainer who wants the hook adds it themselves.'

const hookNames =
  '{applypatch-msg,commit-msg,post-checkout,post-commit,post-merge,post-receive,post-rewrite,pre-applypatch,pre-commit,pre-merge-commit,pre-push,pre-rebase,pre-receive,prepare-commit-msg,update}'

/** Attributes that git knows by itself; any other driver is a program that a person's configuration names. */
const builtInDrivers = {
  diff: /^(?:ada|bash|bibtex|cpp|csharp|css|dts|elixir|fortran|fountain|golang|html|java|kotlin|markdown|matlab|objc|pascal|perl|php|python|ruby|rust|scheme|tex)$/,
  merge: /^(?:text|binary|union)$/,
}
const driverAttribute = /(?:^|\s)(filter|diff|merge)=(\S{1,200})/g

/** What git writes into the configuration of each repository, and what starts programs there. */
const repositoryOption =
  /^[ \t]{0,20}(?:bare|repositoryformatversion|worktree|fsmonitor|hookspath|sshcommand)[ \t]{0,20}=/im

const gitConfig: RuleText = {
  id: 'git-config',
  severity: 'block',
  when: 'git reads it, or is told to include it, on its next command.',
  mend: 'Take the file out.',
}

export const gitRules: readonly Rule[] = [
  {
    id: 'git-hooks',
    severity: 'block',
    paths: [
      '**/{.husky,.githooks,.git-hooks,.lefthook,.lefthook-local,.cargo-husky}/**',
      '**/{lefthook,.lefthook,lefthook-local,.lefthook-local}.{yml,yaml,toml,json,jsonc}',
      '**/common/git-hooks/**',
      '**/{.huskyrc,.huskyrc.*,husky.config.js,.config/husky/init.sh}',
      '**/{captainhook,.captainhook,whisky}.json',
      '**/{prek.toml,hk.pkl,hk.local.pkl,.rusty-hook.toml}',
      '**/.overcommit.yml',
      '**/.simple-git-hooks.{json,js,cjs}',
      '**/simple-git-hooks.{json,js,cjs}',
    ],
    when: onCommit,
    mend: leaveHooks,
    match: (file, change) => (/\/\.gitignore$/.test(file.path) ? [] : whenProgramChanged()(file, change)),
  },
  {
    id: 'git-hook-name',
    severity: 'hold',
    paths: [`**/hooks/${hookNames}`],
    when: 'It would run on commits or pushes wherever `core.hooksPath` points at this folder.',
    mend: leaveHooks,
    match: whenChanged(),
  },
  ...preCommitRules,
  {
    id: 'git-attributes',
    severity: 'block',
    paths: ['**/.gitattributes', '**/.config/git/attributes'],
    alsoInFixtures: true,
    when: 'The driver would run on `git checkout`, `git diff` or `git merge`.',
    mend: 'Take the filter, diff or merge attribute out.',
    match: gitAttributes,
  },
  {
    id: 'git-modules',
    severity: 'block',
    paths: ['**/.gitmodules'],
    when: 'Its repositories would be fetched on `git clone --recurse-submodules`, here and in CI, and built with the rest.',
    mend: 'Take the submodule out; a maintainer adds it.',
    match: whenProgramChanged(),
  },
  {
    ...gitConfig,
    paths: ['**/.gitconfig{,.*}', '**/.lfsconfig', '**/.config/git/config'],
    match: whenGitConfigChanges,
  },
  { ...gitConfig, paths: ['**/.git/**'], match: whenChanged() },
  {
    ...gitConfig,
    id: 'git-repository-inside',
    paths: ['**/config'],
    when: 'git would obey it on any command in that folder, which is a repository of its own to it.',
    match: (file, change) =>
      repositoryOption.test(file.after?.text ?? '') && !/(?:^|\/)\.(?:git|config\/git)\/config$/i.test(file.path)
        ? whenGitConfigChanges(file, change)
        : [],
  },
  {
    id: 'git-config-command',
    severity: 'block',
    paths: ['**'],
    words: ['core.hooksPath', 'core.fsmonitor', 'core.sshCommand'],
    when: 'git would then start that program on its next command.',
    mend: "Leave git's configuration to the person who owns the machine.",
    match: whenLinesAdded('This line sets a git option that names a program.', ({ text }, { path }) => {
      return !/\.(?:md|mdx|rst|txt|adoc)$/i.test(path) && /\bcore\.(?:hooksPath|fsmonitor|sshCommand)\b/i.test(text)
    }),
  },
]

function gitAttributes(...[file]: Parameters<Match>): ReturnType<Match> {
  return file.added.flatMap(({ text, number }) => {
    if (text.trimStart().startsWith('#')) return []
    return [...text.matchAll(driverAttribute)].flatMap(([, kind = '', driver = '']) => {
      if (kind !== 'filter' && builtInDrivers[kind === 'diff' ? 'diff' : 'merge'].test(driver)) return []
      const what = `\`${kind}\` names a driver.`
      return [{ what, line: number, ...(driver === 'lfs' ? { severity: 'hold' as const } : {}) }]
    })
  })
}
