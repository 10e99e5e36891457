import { decodeLeniently } from '../../../change/decode-text.ts'
import { printable } from '../../../change/printable.ts'
import type { ChangedFile } from '../../../change/view-change.ts'
import type { Tree } from '../../find-names.ts'
import type { Hit, Match, Rule } from '../../rule.ts'

const onCheckout = 'It would take effect on `git checkout`, on whatever machine has the branch.'

const reservedName = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i
/** What Windows cannot store, or stores under another name. */
const unstorable = /[<>:"|?*\\]|[. ]$/
const controlCharacter = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u
/** Characters that HFS+ leaves out when it compares names. */
const ignorable = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g

export const treeRules: readonly Rule[] = [
  {
    id: 'git-look-alike',
    severity: 'block',
    when: 'On macOS or Windows git would take it for its own folder on checkout, and run what it holds.',
    mend: 'Use another name.',
    ...everywhere((file) => nameHit(file, isGitLookAlike, 'This name stands for `.git` on some file systems.')),
  },
  {
    id: 'escaping-symlink',
    severity: 'block',
    when: 'Whatever reads or writes that path later would reach a place outside the repository.',
    mend: 'Link to a file of the repository, or copy it.',
    ...everywhere((file) => {
      const target = isLink(file) && !sameLink(file) ? decodeLeniently(file.after?.content ?? new Uint8Array()) : null
      return target !== null && escapes(file.path, target) ? [hit('This symlink leaves the repository.')] : []
    }),
  },
  {
    id: 'hidden-symlink',
    severity: 'hold',
    when: 'Editors, agents and package managers look there for what to run, and would find what lies elsewhere.',
    mend: 'Put the files where they belong.',
    ...everywhere((file) => {
      const name = file.path.slice(file.path.lastIndexOf('/') + 1)
      const watched = isLink(file) && !sameLink(file) && /^(?:\..*|gradle|hooks|node_modules)$/i.test(name)
      return watched ? [hit('A folder or file that tools look into is a symlink.')] : []
    }),
  },
  {
    id: 'name-collision',
    severity: 'block',
    when: onCheckout,
    mend: 'Use a name that differs in more than its case.',
    ...everywhere((file, { collisions }) => {
      const other = collisions.get(file.path)
      return other === undefined ? [] : [hit(`On macOS and Windows it is the same as \`${printable(other)}\`.`)]
    }),
  },
  {
    id: 'reserved-name',
    severity: 'block',
    when: 'A checkout on Windows would fail, or write to a device or a hidden stream instead.',
    mend: 'Use another name.',
    ...everywhere((file) =>
      nameHit(
        file,
        (name) => reservedName.test(name) || unstorable.test(name),
        'Windows reserves this name or a character of it.',
      ),
    ),
  },
  {
    id: 'control-character-name',
    severity: 'block',
    when: 'Terminals and reviews would show another name than the one that is used.',
    mend: 'Use a name of visible characters.',
    ...everywhere((file) =>
      nameHit(file, (name) => controlCharacter.test(name), 'The name holds characters that cannot be seen.'),
    ),
  },
  {
    id: 'option-name',
    severity: 'hold',
    when: 'A shell that expands `*` in this folder would pass it on as an option.',
    mend: 'Use a name that does not begin with a dash.',
    ...everywhere((file, { tree }) =>
      nameHit(
        file,
        (name) => name.startsWith('-') && !isCustomary(file.path, name, tree),
        'The name begins with a dash.',
      ),
    ),
  },
  {
    id: 'executable-bit',
    severity: 'hold',
    when: 'It could then be run by its name alone, by hooks, Makefiles and CI.',
    mend: 'Leave the bit off, or have a person look at the script.',
    ...everywhere((file) => {
      const gained = file.after?.mode === '100755' && file.before?.mode !== '100755'
      // A new script that says what reads it runs as well without the bit, and nothing knew its name.
      const isNewScript = file.before === null && file.after?.text?.startsWith('#!') === true
      const severity = isNewScript ? { severity: 'note' as const } : {}
      return gained ? [{ ...hit('This file is executable now.'), ...severity }] : []
    }),
  },
  {
    id: 'type-change',
    severity: 'hold',
    when: 'Whatever reads that path later would read something else.',
    mend: 'Have a person look at both.',
    ...everywhere((file) => {
      const changed = file.before !== null && file.after !== null && isLink(file) !== (file.before.mode === '120000')
      return changed ? [hit('A file became a symlink, or a symlink a file.')] : []
    }),
  },
]

function everywhere(match: Match): Pick<Rule, 'paths' | 'alsoInFixtures' | 'match'> {
  return {
    paths: ['**'],
    alsoInFixtures: true,
    match: (file, change) => (file.after === null ? [] : match(file, change)),
  }
}

function hit(what: string): Hit {
  return { what, line: null }
}

/** Only names that the change brings: one that was there before is no news. */
function nameHit(file: ChangedFile, bad: (name: string) => boolean, what: string): Hit[] {
  return file.before === null && file.path.split('/').some(bad) ? [hit(what)] : []
}

/**
 * A capital, then letters and digits, as Kotlin's developers name what is internal, where the project has such files
 * already. No letters name a program or a piece of code that would do harm; and where an option takes a file's name, as
 * in tar's `-Tlist.kt` and vim's `-Sscript.kt`, the tree has none of that name.
 */
function isCustomary(path: string, name: string, { dashed, has }: Tree): boolean {
  const extension = /^-[A-Z][a-z][A-Za-z\d]{1,80}\.(kt|kts|java|swift|scala)$/.exec(name)?.[1]
  const folder = path.slice(0, -name.length)
  if (extension === undefined || path !== folder + name || /(?:^|\/)-/.test(folder)) return false
  if (!dashed().has(extension)) return false
  return Array.from(name, (_letter, index) => name.slice(index + 1)).every((end) => end === '' || !has(folder + end))
}

function isGitLookAlike(name: string): boolean {
  const plain = name.normalize('NFKC').replace(ignorable, '').toLowerCase().split(':')[0] ?? ''
  return /^(?:\.git|git~\d+)[. ]*$/.test(plain)
}

function isLink(file: ChangedFile): boolean {
  return file.after?.mode === '120000'
}

function sameLink(file: ChangedFile): boolean {
  if (file.before?.mode !== '120000') return false
  return decodeLeniently(file.before.content) === decodeLeniently(file.after?.content ?? new Uint8Array())
}

/** Backslashes count as separators too, as they do on Windows. Into `.git` is as bad as out of the tree. */
function escapes(path: string, target: string): boolean {
  if (target === '' || /^[/\\~]|^[a-z]:/i.test(target) || target.includes('\0')) return true
  const place = path.split('/').slice(0, -1)
  for (const segment of target.split(/[/\\]/)) {
    if (segment === '..' && place.length === 0) return true
    if (segment === '..') place.pop()
    else if (segment !== '.' && segment !== '') place.push(segment)
  }
  return place.some(isGitLookAlike)
}
