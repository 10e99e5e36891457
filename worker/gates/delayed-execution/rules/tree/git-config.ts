import { Buffer } from 'node:buffer'
import type { FileSide } from '../../../change/view-change.ts'
import type { Hit, Match } from '../../rule.ts'

/** Options of git that start nothing, name no file and lead nowhere. */
const harmless =
  /^(?:advice\.\w{1,40}|color\.[\w.-]{1,60}|column\.ui|commit\.verbose|core\.(?:autocrlf|eol|ignorecase|precomposeunicode|quotepath|trustctime|untrackedcache|whitespace)|branch\.(?:autosetupmerge|autosetuprebase|sort)|diff\.(?:algorithm|colormoved|mnemonicprefix|renames)|fetch\.(?:all|prune|prunetags)|init\.defaultbranch|log\.(?:abbrevcommit|date|decorate|follow)|merge\.(?:conflictstyle|log)|pull\.(?:ff|rebase)|push\.(?:autosetupremote|default|followtags)|rebase\.(?:autosquash|autostash|updaterefs)|rerere\.(?:autoupdate|enabled)|status\.(?:branch|short|showuntrackedfiles)|tag\.sort)$/
const comment = /^[ \t]*(?:[#;].*)?$/
const sectionLine = /^[ \t]*\[([\w.-]{1,100})(?:[ \t]{1,9}"([^"\\]{0,200})")?\][ \t]*$/
const optionLine = /^[ \t]*([A-Za-z][\w-]{0,100})[ \t]*(?:=(.{0,2000}))?$/

/** Fires for options that git would newly obey; milder where some are only gone, since one may have forbidden something. */
export function whenGitConfigChanges(...[file]: Parameters<Match>): Hit[] {
  if (file.after === null) return []
  const [before, after] = [optionsOf(file.before), optionsOf(file.after)]
  if (before.join('\n') === after.join('\n')) return []
  const line = file.added[0]?.number ?? null
  const known = new Set(before)
  return after.every((option) => known.has(option))
    ? [{ what: 'An option that git obeyed is gone, or stands elsewhere.', line, severity: 'hold' }]
    : [{ what: `This file is ${file.before === null ? 'new' : 'changed'}.`, line }]
}

/** What is not written plainly, one option on a line below its section, counts as it stands. */
function optionsOf(side: FileSide | null): string[] {
  if (side === null) return []
  if (side.text === null) return [Buffer.from(side.content).toString('latin1')]
  // A line that goes on in the next one makes even a comment a part of its value.
  if (side.lines.some((line) => line.endsWith('\\'))) return [...side.lines]
  const options: string[] = []
  let section = ''
  for (const line of side.lines.filter((one) => !comment.test(one))) {
    const [, name, part] = sectionLine.exec(line) ?? []
    const [, key, value = ''] = optionLine.exec(line) ?? []
    if (name !== undefined) section = `${name.toLowerCase()}.${part === undefined ? '' : `${part}.`}`
    else if (key === undefined) {
      options.push(line)
      section = 'unknown.'
    } else if (!harmless.test(`${section}${key.toLowerCase()}`)) {
      options.push(`${section}${key.toLowerCase()}=${value.trim()}`)
    }
  }
  return options
}
