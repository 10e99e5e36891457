import { entriesAt, listAt, textAt, valueAt } from '../../../change/read-value.ts'
import { whenEntriesChange } from '../../match/when-entries-change.ts'
import type { Match, Rule } from '../../rule.ts'
import { isNoOlder, readAction, releaseOf } from './action-reference.ts'
import { isKnownRepository } from './known-release.ts'

/** What says on which files and when a hook runs, or how it is called, and not what runs. */
const saysWhere =
  /^(?:alias|always_run|description|exclude|exclude_types|fail_fast|files|minimum_pre_commit_version|name|pass_filenames|require_serial|stages|types|types_or|verbose)$/

/** Languages whose entry is a pattern or a message: they start no program. */
const onlyReads = new Set(['pygrep', 'fail'])

const configuration = ['**/.pre-commit-config.{yaml,yml}']

/** pre-commit by meaning: a hook that skips one more file runs what it ran before. */
export const preCommitRules: readonly Rule[] = [
  {
    id: 'pre-commit-offer',
    severity: 'hold',
    paths: ['**/.pre-commit-hooks.{yaml,yml}'],
    when: 'It would run on the commits of everyone whose project uses a hook of this one.',
    mend: 'Have a person look at it.',
    match: whenEntriesChange('yaml', (document) =>
      (Array.isArray(document) ? document : []).map((hook) => [
        `hook ${textAt(hook, 'id') ?? '?'}`,
        programOf('local', hook),
      ]),
    ),
  },
  {
    id: 'pre-commit-config',
    severity: 'block',
    paths: configuration,
    when: 'It would run on the next `git commit`, checkout or push of whoever has the branch.',
    mend: 'Take it out; a maintainer who wants the hook adds it themselves.',
    match: whenEntriesChange('yaml', function* (document) {
      for (const { source, id, hook } of hooksIn(document)) {
        if (onlyReads.has(textAt(hook, 'language') ?? '')) continue
        yield [`${source} ${id}`, programOf(source, hook)]
        for (const one of listAt(hook, 'additional_dependencies')) yield [`${id} ${packageOf(one)}`, true]
      }
    }),
  },
  {
    id: 'pre-commit-revision',
    severity: 'hold',
    paths: configuration,
    when: 'On the next commit the hook would run in another version, or with other arguments.',
    mend: 'Have a person compare the two.',
    match: whenRevisionsChange,
  },
]

function whenRevisionsChange(...[file, change]: Parameters<Match>): ReturnType<Match> {
  const before = file.before === null ? null : change.read(file.before, 'yaml')
  const old = new Map(before?.ok ? revisionsIn(before.value) : [])
  return whenEntriesChange('yaml', function* (document) {
    for (const [repository, revision] of revisionsIn(document)) {
      const was = old.get(repository)
      yield [`rev of ${repository}`, isNewerRelease(repository, revision, was) ? was : revision]
    }
    for (const { id, hook } of hooksIn(document)) {
      const given = valueAt(hook, 'args')
      if (given !== undefined) yield [`args of ${id}`, given]
    }
  })(file, change)
}

function revisionsIn(document: unknown): [string, unknown][] {
  return listAt(document, 'repos').map((one) => [textAt(one, 'repo') ?? '?', valueAt(one, 'rev')])
}

/** Of a repository whose releases are known here: others may be anybody's. */
function isNewerRelease(repository: string, revision: unknown, before: unknown): boolean {
  const name = /^https:\/\/github\.com\/([\w.-]{1,100}\/[\w.-]{1,100}?)(?:\.git)?$/.exec(repository)?.[1]
  if (name === undefined || !isKnownRepository(name)) return false
  const [release, old] = [revision, before].map((one) => releaseOf(readAction(`${name}@${one}`)))
  return release != null && old != null && isNoOlder(release, old)
}

interface Hook {
  readonly source: string
  readonly id: string
  readonly hook: unknown
}

function* hooksIn(document: unknown): Generator<Hook> {
  for (const repository of listAt(document, 'repos')) {
    const source = textAt(repository, 'repo') ?? '?'
    for (const hook of listAt(repository, 'hooks')) yield { source, id: textAt(hook, 'id') ?? '?', hook }
  }
}

/** Without the version, as `a>=2` and `@s/a@2` give it: another one is its registry's. An address stays whole. */
function packageOf(dependency: unknown): string {
  const text = String(dependency)
  return /[:\s]|^\./.test(text) ? text : (/^@?[\w./[\],-]{1,200}/.exec(text)?.[0] ?? text)
}

/** A hook of the repository's own is a command, and its arguments are a part of it. */
function programOf(source: string, hook: unknown): Record<string, unknown> {
  const isOwn = !/^https?:/.test(source)
  return Object.fromEntries(
    entriesAt(hook).filter(
      ([key]) => !saysWhere.test(key) && key !== 'additional_dependencies' && (isOwn || key !== 'args'),
    ),
  )
}
