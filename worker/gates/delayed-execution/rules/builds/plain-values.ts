import type { ChangedFile } from '../../../change/view-change.ts'

/** A severity of a lint rule, with options that are values, or a pattern of files; never what names a module. */
const lintValue =
  /^\s{0,60}(?!.{0,2}(?:extends|formatter|import|loader|parser|plugins?|presets?|processor|require|resolver)\b)(?:(?:["'][@\w/.-]{1,100}["']|[\w-]{1,60}):\s{0,3}(?:["'](?:off|warn|error)["']|[012]|\[\s{0,3}["'](?:off|warn|error)["'](?:,\s{0,3}(?:["'][\w -]{0,60}["']|\d{1,6}|\{[\w\s:,'"^$|-]{0,200}\}))?\s{0,3}\]?)|["'](?:off|warn|error)["']|["'](?:!?\*\*\/[\w@./*{},-]{0,200}|[\w@.-]{1,60}\/[\w@./-]{0,100}\*[\w@./*{},-]{0,100})["']|\{[\w\s:,'"^$|-]{0,200}\}|\]),?\s{0,5}$/
const lineComment = /^\s{0,60}\/\/[^\\]{0,300}$/
/** A number is a number in any option. */
const numberOption = /^\s{0,60}["']?[\w$-]{1,60}["']?:\s{0,3}-?\d[\d_.]{0,20},?\s{0,5}$/
/** Options of bundlers and test runners that say how much they tell, forget or pack. */
const switchOption =
  /^\s{0,60}["']?(?:bail|clearMocks|collectCoverage|compress|dts|fileParallelism|globals|hideSkippedTests|isolate|minify|mockReset|passWithNoTests|poweredByHeader|productionBrowserSourceMaps|reactStrictMode|reportCompressedSize|resetMocks|resetModules|restoreMocks|silent|skipFiles|sourcemap|sourceMap|splitting|strictPort|trailingSlash|treeshake|unstubEnvs|unstubGlobals|verbose)["']?:\s{0,3}(?:true|false),?\s{0,5}$/
const importLine = /^import\s[^;]{1,300}\sfrom\s{1,3}["'][^"']{1,200}["'];?\s{0,5}$/
/** A rule of PHP-CS-Fixer with options that are values. No call: `array(…)` is read as a list before. */
const fixerRule =
  /^\s{0,60}(?:'@?[\w:/]{1,80}' => (?:true|false|\[(?:[\w\s=>,[\].:-]|'[\w\s@.:/-]{0,60}'){0,60}),?|\],?)\s{0,5}$/

/** Whether a JavaScript tool's configuration, a program, differs in the order of its imports and such options alone. */
export function setsTheSame({ before, after }: ChangedFile): boolean {
  if (before?.text == null || after?.text == null || before.mode !== after.mode) return false
  if ([before, after].some(({ lines }) => lines.some(isPartOfLongText))) return false
  const sides = [before.lines, after.lines].map((lines) => [
    ...lines.filter((line) => importLine.test(line)).toSorted(),
    ...lines.filter((line) => !importLine.test(line)),
  ])
  return isSameWithout(sides, (line) => numberOption.test(line) || switchOption.test(line) || lineComment.test(line))
}

/** Whether the configuration of PHP-CS-Fixer differs in its rules alone. */
export function fixesTheSame({ path, before, after }: ChangedFile): boolean {
  if (before?.text == null || after?.text == null || !/\.php-cs-fixer(?:\.dist)?\.php$/i.test(path)) return false
  const sides = [before.lines, after.lines].map((lines) => lines.map(withoutCalledLists))
  return before.mode === after.mode && isSameWithout(sides, (line) => fixerRule.test(line))
}

function withoutCalledLists(line: string): string {
  return line.includes('array(') ? line.replaceAll('array(', '[').replaceAll(')', ']') : line
}

/** Whether a linter's configuration, a program, differs in such lines alone. */
export function lintsTheSame({ before, after }: ChangedFile): boolean {
  if (before?.text == null || after?.text == null || before.mode !== after.mode) return false
  if ([before, after].some(({ lines }) => lines.some(isPartOfLongText))) return false
  return isSameWithout([before.lines, after.lines], (line) => lintValue.test(line) || lineComment.test(line))
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
