import type { ChangedFile } from '../../change/view-change.ts'

/** A severity of a lint rule, with options that are values, or a pattern of files; never what names a module. */
const lintValue =
  /^\s{0,60}(?!.{0,2}(?:extends|formatter|import|loader|parser|plugins?|presets?|processor|require|resolver)\b)(?:(?:["'][@\w/.-]{1,100}["']|[\w-]{1,60}):\s{0,3}(?:["'](?:off|warn|error)["']|[012]|\[\s{0,3}["'](?:off|warn|error)["'](?:,\s{0,3}(?:["'][\w -]{0,60}["']|\d{1,6}|\{[\w\s:,'"^$|-]{0,200}\}))?\s{0,3}\]?)|["'](?:off|warn|error)["']|["'](?:!?\*\*\/|[\w@.-]{1,60}\/)[\w@./-]{0,100}\*[\w@./*{},-]{0,100}["']|\{[\w\s:,'"^$|-]{0,200}\}|\]),?\s{0,5}$/
const lineComment = /^\s{0,60}\/\/[^\\]{0,300}$/
/** At the beginning of its line: what is indented goes on with another option, as a command does. */
const testValue =
  /^(?:[#;].{0,300}|(?:envlist|env_list|minversion|min_version|testpaths|python_files|python_classes|python_functions|norecursedirs|xfail_strict|log_\w{1,30}|max-line-length|max_line_length|skip_missing_interpreters|timeout)\s{0,5}=[\w\s.,*:{}/%-]{0,300})$/

/** Whether a linter's configuration, a program, differs in such lines alone. */
export function lintsTheSame({ before, after }: ChangedFile): boolean {
  if (before?.text == null || after?.text == null || before.mode !== after.mode) return false
  if ([before, after].some(({ lines }) => lines.some(isPartOfLongText))) return false
  return isSameWithout([before.lines, after.lines], (line) => lintValue.test(line) || lineComment.test(line))
}

/** Whether tox's or pytest's own file differs alone in where tests are, on what they run, and how they are told of. */
export function testsTheSame({ path, before, after }: ChangedFile): boolean {
  if (before?.text == null || after?.text == null || !/\.ini$/i.test(path)) return false
  return isSameWithout([before.lines, after.lines], (line) => testValue.test(line))
}

function isSameWithout(sides: readonly (readonly string[])[], isValue: (line: string) => boolean): boolean {
  const [old, now] = sides.map((lines) => lines.filter((line) => line.trim() !== '' && !isValue(line)).join('\n'))
  return old === now
}

/** In a comment or text over several lines, a value could end it, and what stands behind would be code. */
function isPartOfLongText(line: string): boolean {
  const code = line
    .replaceAll(/"(?:[^"\\]|\\.){0,1000}"|'(?:[^'\\]|\\.){0,1000}'/g, '""')
    .replaceAll(/\/\*.{0,1000}?\*\//g, '')
  return /`|\/\*|\*\//.test(code)
}
