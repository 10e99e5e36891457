import type { AddedLine, ChangedFile } from '../../../change/view-change.ts'
import { whenLinesAdded } from '../../match/when-lines-added.ts'

/** A gem with versions, and on which Ruby and in which group: names alone, nothing that is run or fetched elsewhere. */
const gem =
  /^\s{0,40}gem ["'][\w-]{1,100}["']\s{0,10}(?:, ["'][^"'#]{1,50}["']){0,4}(?:, (?:require: false|(?:groups?|platforms?): \[?:\w{1,30}(?:, :\w{1,30}){0,9}\]?)){0,3}(?: (?:if|unless) RUBY_(?:VERSION|ENGINE) [<>=]{1,2} ["'][\w.]{1,20}["'](?: && RUBY_(?:VERSION|ENGINE) [<>=]{1,2} ["'][\w.]{1,20}["']){0,2})?\s{0,5}(?:#.{0,200})?$/
const block =
  /^\s{0,40}(?:#.{0,500}|end|else|(?:if|elsif|unless) RUBY_(?:VERSION|ENGINE) [<>=!]{1,2} ["'][\w.]{1,20}["'](?: && RUBY_(?:VERSION|ENGINE) [<>=!]{1,2} ["'][\w.]{1,20}["']){0,2}|(?:group|platforms?)(?: |\()[:\w, ]{1,100}(?:, (?::optional =>|optional:) true)?\)? do|)\s{0,5}$/
/** What a gem says of itself to those who look it up. */
const metadata =
  /^\s{0,40}(?:\w{1,20}\.metadata\[)?["'](?:\w{1,40}_uri|rubygems_mfa_required)["']\]?\s{0,20}=>?\s{0,20}["'][\w:/.%?&=-]{1,200}["'],?\s{0,5}$/
const ownVersion = /^\s{0,40}[\w.]{1,60}version\s{0,5}=\s{0,5}["'](?:[<>=~]{1,2} )?[\w.-]{1,50}["']\s{0,5}$/
const dependency =
  /^\s{0,40}\w{1,20}\.add_(?:runtime_|development_)?dependency[ (]\s{0,3}["']([\w-]{1,100})["'](?:,\s{0,30}["'][^"'#]{1,50}["']){0,4}\)?\s{0,5}$/

/** Fires for lines of a Gemfile or gemspec that do more than ask for gems; in a gemspec for each that it did not ask for. */
export const whenRubyManifestGains = whenLinesAdded(
  'This line is more than a gem and its version.',
  (line, file) => !isPlain(line, file),
)

function isPlain({ text }: AddedLine, { before }: ChangedFile): boolean {
  if (gem.test(text) || block.test(text) || metadata.test(text) || ownVersion.test(text)) return true
  const name = dependency.exec(text)?.[1]
  return name !== undefined && before?.lines.some((line) => dependency.exec(line)?.[1] === name) === true
}
