import { printable } from '../../../change/printable.ts'
import { entriesAt } from '../../../change/read-value.ts'
import { compareLockfiles, type LockfileIssueKind } from '../../../npm/compare-lockfiles.ts'
import { entryLines } from '../../../npm/entry-lines.ts'
import { readLockfile } from '../../../npm/read-lockfile.ts'
import { whenLinesAdded } from '../../match/when-lines-added.ts'
import type { Change, Hit, Match, Rule, RuleText } from '../../rule.ts'

const onInstall = 'The next `npm install` or `npm ci` would unpack it, and run its scripts.'
const regenerate = 'Restore the lockfile and let `npm install` write it again.'
const approve = 'Have a person look at it.'

type IssueText = RuleText & { readonly what: string }

const issueTexts: Record<LockfileIssueKind, IssueText> = {
  integrity: text('lockfile-integrity', 'block', 'has another content than before at the same version', regenerate),
  host: text('lockfile-host', 'block', 'comes from a host that no other package comes from', regenerate),
  name: text('lockfile-name', 'block', 'is fetched as another package or version than it says', regenerate),
  sections: text('lockfile-sections', 'block', 'is one package for old npm and another for new', regenerate),
  'integrity-missing': text(
    'lockfile-integrity-missing',
    'hold',
    'has no integrity, so that any content would do',
    regenerate,
  ),
  source: text('lockfile-source', 'hold', 'does not come from a registry', approve),
  'install-script': text('lockfile-install-script', 'hold', 'has an install script that was not there before', approve),
  unreached: text('lockfile-unreached', 'hold', 'is asked for by no package', regenerate),
  manifest: text('lockfile-manifest', 'hold', 'is asked for by the lockfile but not by the manifest', regenerate),
}

/** Findings of one kind in one lockfile: a hostile one has as many as it likes. */
const mostPerKind = 20

const urlHost = /https?:\/\/([^/"'\s?#@:]{1,253})[:/]/g

export const lockfileRules: readonly Rule[] = [
  {
    ...text('lockfile-unreadable', 'hold', '', regenerate),
    paths: ['**/{package-lock,npm-shrinkwrap,.package-lock}.json'],
    match: judgeLockfile,
  },
  {
    id: 'lockfile-host',
    severity: 'hold',
    paths: [
      '**/{yarn,Cargo,poetry,uv,Gemfile,composer,bun,pdm,pixi,flake,deno}.lock',
      '**/pnpm-lock.{yaml,yml}',
      '**/{Pipfile.lock,go.sum,gradle.lockfile,packages.lock.json}',
    ],
    when: 'The next install would take packages from there, and run what they bring.',
    mend: approve,
    match: (file, change) => {
      const known = new Set(file.before?.lines.flatMap(hostsIn) ?? [])
      // pnpm says of no package where it is, unless it is somewhere else.
      if (known.size === 0 && !/pnpm-lock\.ya?ml$/i.test(file.path)) return []
      const isNew = whenLinesAdded('This line names a host that the lockfile did not have before.', (line) =>
        hostsIn(line.text).some((host) => !known.has(host)),
      )
      return isNew(file, change).slice(0, mostPerKind)
    },
  },
]

function judgeLockfile(...[file, change]: Parameters<Match>): Hit[] {
  if (file.after === null) return []
  const after = readLockfile(file.after.text ?? '')
  if (after === null) return [{ what: 'This lockfile could not be read.', line: null }]
  const before = file.before === null ? null : readLockfile(file.before.text ?? '')
  const lines = entryLines(file.after.lines)
  const counts = new Map<LockfileIssueKind, number>()
  return compareLockfiles(before, after, declaredBeside(file.path, change))
    .filter(({ kind }) => {
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
      return (counts.get(kind) ?? 0) <= mostPerKind
    })
    .map(({ kind, place }) => ({
      what: `\`${printable(place)}\` ${issueTexts[kind].what}.`,
      line: lines.get(place) ?? null,
      text: issueTexts[kind],
    }))
}

function declaredBeside(path: string, change: Change): Set<string> | null {
  const manifest = change.files.get(`${path.slice(0, path.lastIndexOf('/') + 1)}package.json`)?.after
  const document = manifest ? change.read(manifest, 'json') : null
  if (!document?.ok) return null
  const fields = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']
  return new Set(fields.flatMap((field) => entriesAt(document.value, field).map(([name]) => name)))
}

function hostsIn(line: string): string[] {
  // A sentence for people.
  if (/^\s{0,20}deprecated:/.test(line)) return []
  return [...line.matchAll(urlHost)].map(([, host = '']) => host.toLowerCase())
}

function text(id: string, severity: RuleText['severity'], what: string, mend: string): IssueText {
  return { id, severity, what, when: onInstall, mend }
}
