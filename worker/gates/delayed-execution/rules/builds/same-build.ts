import type { ChangedFile } from '../../../change/view-change.ts'

const versionNumber = /\d{1,9}(?:\.\d{1,9}){1,3}(?:[-+._][A-Za-z][\w.]{0,40})?/g
const moment = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g
/** Numbers with dots in these say where something is, and not which. */
const address = /:\/\/|\b\d{1,3}(?:\.\d{1,3}){3}\b/

interface Language {
  readonly paths: RegExp
  /** A line that is a comment; elsewhere the same characters may run something. */
  readonly comment: RegExp
  /** A line that only says what is asked for, by the name that the project's registry or catalog has for it. */
  readonly asks?: RegExp
  /** A line whose value starts nothing and leads nowhere. */
  readonly says?: RegExp
}

const gradleAsks =
  /^\s{0,40}(?:(?:api|implementation|compileOnly|runtimeOnly|annotationProcessor|(?:test|androidTest|testFixtures|debug|release)(?:Api|Implementation|CompileOnly|RuntimeOnly|AnnotationProcessor))\s{0,3}\(?\s{0,3}(?:(?:platform\()?libs\.[\w.]{1,100}\)?|project\(["'][\w:-]{1,100}["']\))\)?|alias\(libs\.plugins\.[\w.]{1,100}\)(?: apply false)?)\s{0,5}$/
/** For which Android and Java it compiles, what is not tested or formatted, and names that its own code is known by. */
const gradleSays =
  /^\s{0,40}(?:import [\w.]{1,200}(?:\.\*)?|(?:compileSdk|minSdk|targetSdk|versionCode)(?:Version)?(?: = | )\d{1,9}|(?:sourceCompatibility|targetCompatibility)(?: = | )JavaVersion\.VERSION_\w{1,5}|jvmTarget(?: = |\.set\()JvmTarget\.JVM_\w{1,5}\)?|languageVersion(?: = |\.set\()JavaLanguageVersion\.of\(\d{1,3}\)\)?|(?:toolVersion|jacocoVersion) = libs\.versions\.[\w.]{1,80}\.get\(\)|(?:excludeTags|includeTags|targetExclude)\(["'][\w.*/-]{1,100}["']\)|optIn\.add\(["'][\w.]{1,100}["']\))\s{0,5}$/
const brewAsks = /^\s{0,20}(?:brew|cask|mas)\s{1,5}["'][\w@.+ -]{1,80}["'](?:,\s{0,5}id:\s{0,5}\d{1,12})?\s{0,5}$/

const languages: readonly Language[] = [
  { paths: /(?:^|\/)(?:\.terraformrc|terraform\.rc|\.tofurc|tofu\.rc)$/i, comment: /^\s{0,200}(?:#|\/\/).{0,500}$/ },
  { paths: /(?:^|\/)Brewfile$/i, comment: /^\s{0,200}#(?!!).{0,500}$/, asks: brewAsks },
  { paths: /\.gradle(?:\.kts)?$/i, comment: /^\s{0,200}\/\/.{0,500}$/, asks: gradleAsks, says: gradleSays },
  { paths: /\.(?:kts|sbt|groovy|swift|zig)$|(?:^|\/)(?:Jenkinsfile|Podfile)$/i, comment: /^\s{0,200}\/\/.{0,500}$/ },
  {
    paths:
      /(?:^|\/)(?:GNU|BSD)?Makefile[^/]{0,20}$|\.(?:mk|mak|bzl|py)$|(?:^|\/)(?:(?:Rake|Fast|Guard|Vagrant)file|meson\.build)$/i,
    comment: /^\s{0,200}#(?!!).{0,500}$/,
  },
]
/**
 * A comment that runs after all: Groovy reads `\\u000a` as a line end, make joins lines, Python obeys `coding: utf-7`; and
 * one that begins or ends a longer one, with all the code in it.
 */
const obeyedComment = /\\|coding\s{0,5}[:=]|\/\*|\*\//i
const xml = /(?:^|\/)(?:pom|build)\.xml$|\.(?:nuspec|props|targets)$/i

/**
 * The same lines in the same order, but for other versions, comments, and what is only asked for: a build that goes on as
 * before. The order counts, since a line of a recipe means another thing in another one.
 */
export function saysTheSame({ path, before, after }: ChangedFile): boolean {
  if (before?.text == null || after?.text == null || before.mode !== after.mode) return false
  return toldBy(path, before.lines).join('\n') === toldBy(path, after.lines).join('\n')
}

function toldBy(path: string, lines: readonly string[]): string[] {
  const language = languages.find(({ paths }) => paths.test(path))
  // What stands in a text over several lines is no comment there.
  const hasLongText = lines.some((line) => /"""|'''/.test(line))
  const isComment = (line: string) => language?.comment.test(line) === true && !hasLongText && !obeyedComment.test(line)
  return (xml.test(path) ? withoutXmlComments(lines) : lines)
    .filter((line) => line.trim() !== '' && !isComment(line) && language?.asks?.test(line) !== true)
    .filter((line) => hasLongText || language?.says?.test(line) !== true)
    .map(withoutVersion)
}

/** By line, as if nothing had stood there. In CDATA the same characters are text. */
function withoutXmlComments(lines: readonly string[]): readonly string[] {
  const text = lines.join('\n')
  if (text.includes('<![CDATA[')) return lines
  const kept: string[] = []
  let from = 0
  for (let start = text.indexOf('<!--'); start !== -1; start = text.indexOf('<!--', from)) {
    const end = text.indexOf('-->', start + 4)
    if (end === -1) return lines
    kept.push(text.slice(from, start))
    from = end + 3
  }
  return [...kept, text.slice(from)]
    .join('')
    .split('\n')
    .map((line) => line.trimEnd())
}

export function withoutVersion(line: string): string {
  if (address.test(line)) return line
  return line
    .replaceAll(moment, 'moment')
    .replaceAll(versionNumber, '0.0')
    .replace(/<tag>[\w.-]{1,100}<\/tag>/, '<tag>')
}
