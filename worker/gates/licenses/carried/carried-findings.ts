import type { Finding } from '../../../contract/index.ts'
import { printable } from '../../change/printable.ts'
import { createFinding } from '../../create-finding.ts'
import { judgeLicense, type LicensePolicy } from '../judge-license.ts'
import type { Contradiction } from './declared-against-text.ts'
import type { CarriedLicense } from './find-carried.ts'
import type { NewHolder } from './new-holders.ts'

/** Names in one note; code that is brought in has many. */
const mostNamed = 20

const kinds: Readonly<Record<CarriedLicense['how'], string>> = {
  text: 'has the text of',
  header: 'says that it is under',
  tag: 'has an SPDX tag of',
  'bad-tag': 'has an SPDX tag whose words are no SPDX expression:',
  proprietary: 'says that it is confidential, or that all rights are reserved',
  unread: 'was not compared with any license, because the change has too much that speaks of licenses',
  'unknown-text': 'is called a license, and is the text of none that is known',
}

const nameless: ReadonlySet<CarriedLicense['how']> = new Set(['proprietary', 'unread', 'unknown-text'])

/** What a policy's list says of one license that came in with code. */
export function judgeCarried(carried: CarriedLicense, policy: LicensePolicy): Finding[] {
  const { how, expression, ids, sure } = carried
  const named = nameless.has(how) ? kinds[how] : `${kinds[how]} \`${printable(expression, 80)}\``
  if (carried.isExample) return []
  if (how === 'proprietary')
    return [finding(carried, 'unlicensed', 'hold', `This file ${named}. Have a person show the right to use it.`)]
  if (how === 'bad-tag' || how === 'unknown-text' || how === 'unread') {
    return [finding(carried, 'unresolved', 'hold', `This file ${named}. Have a person look at it.`)]
  }
  const standings = ids.map((id) => judgeLicense(id, policy))
  if (standings.includes('allowed')) {
    if (sure || how !== 'text') return []
    const word = `This file has nearly the text of \`${printable(expression, 80)}\`, with other words in it.`
    return [finding(carried, 'unresolved', 'hold', `${word} Have a person read what they change.`)]
  }
  if (sure && standings.every((standing) => standing === 'forbidden')) {
    const mend = 'Take that code out, or ask for the policy to be changed.'
    return [finding(carried, 'forbidden', 'block', `This file ${named}, which the policy does not allow. ${mend}`)]
  }
  const probably = sure ? named : `probably ${named}`
  const word = `This file ${probably}, which the policy does not clearly allow.`
  return [finding(carried, 'unresolved', 'hold', `${word} Have a person look at it.`)]
}

/** One note for all that came with a license. */
export function noteCarried(all: readonly CarriedLicense[]): Finding[] {
  const byName = Map.groupBy(
    all,
    ({ expression, sure }) => `\`${printable(expression, 80)}\`${sure ? '' : ' (probably)'}`,
  )
  if (byName.size === 0) return []
  const listed = [...byName].slice(0, mostNamed).map(([name, [first, ...others]]) => {
    const place = first === undefined ? '' : `${printable(first.path, 60)}:${first.line}`
    return `${name} in ${place}${others.length > 0 ? ` and ${others.length} more` : ''}`
  })
  const more = byName.size > mostNamed ? `; ${byName.size - mostNamed} licenses more` : ''
  const [first] = all
  const message = `Code that brings a license with it: ${listed.join('; ')}${more}. No list of licenses is set.`
  return [noteOf('carried-license', first?.path ?? null, first?.line ?? null, message)]
}

/** One note for all holders of a copyright who are new here. */
export function noteHolders(holders: readonly NewHolder[]): Finding[] {
  const [first] = holders
  if (first === undefined) return []
  const names = holders
    .slice(0, mostNamed)
    .map(({ holder, path, line }) => `\`${printable(holder, 60)}\` (${printable(path, 60)}:${line})`)
  const more = holders.length > mostNamed ? ` and ${holders.length - mostNamed} more` : ''
  return [
    noteOf(
      'copyright-holder',
      first.path,
      first.line,
      `Copyright of others, new in these files: ${names.join(', ')}${more}.`,
    ),
  ]
}

/** A manifest and a text that say different things: who takes the code cannot know which counts. */
export function judgeContradiction(found: Contradiction, severity: 'hold' | 'note'): Finding {
  const { path, line, declared, textPath, text } = found
  const message = `This file declares \`${printable(declared, 60)}\`, and \`${printable(textPath, 80)}\` beside it is the text of \`${printable(text, 80)}\`. Make both say the same.`
  return createFinding({ gate: 'licenses', rule: 'license-mismatch', severity, path, line, message })
}

function finding(
  { path, line }: CarriedLicense,
  rule: string,
  severity: Finding['severity'],
  message: string,
): Finding {
  return createFinding({ gate: 'licenses', rule, severity, path, line, message })
}

function noteOf(rule: string, path: string | null, line: number | null, message: string): Finding {
  return createFinding({ gate: 'licenses', rule, severity: 'note', path, line, message })
}
