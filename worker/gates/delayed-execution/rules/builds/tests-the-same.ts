import type { ChangedFile } from '../../../change/view-change.ts'

/** Options of tox and pytest that say where tests are, on what they run, and how they are told of. */
const says =
  /^(?:envlist|env_list|minversion|min_version|testpaths|python_files|python_classes|python_functions|norecursedirs|xfail_strict|strict_\w{1,30}|log_\w{1,30}|max-line-length|max_line_length|skip_missing_interpreters|timeout|asyncio_mode|asyncio_default_\w{1,40}|junit_\w{1,30}|console_output_style|filterwarnings)$/
const plain = /^[\w\s.,*:{}/%-]{0,300}$/
/** Of Python's own kinds of warnings, or pytest's: any other one is a module that pytest would load. */
const warning = /^\s{0,40}(?:ignore|error|default|always|module|once)(?::[^:]{0,300}(?::(?:pytest\.)?[A-Z]\w{0,60})?)?$/
const option = /^([\w-]{1,60})\s{0,5}[=:](.*)$/s

/** Whether tox's or pytest's own file differs in nothing but such options and comments. */
export function testsTheSame({ path, before, after }: ChangedFile): boolean {
  if (before?.text == null || after?.text == null || !/\.ini$/i.test(path)) return false
  return told(before.lines) === told(after.lines)
}

/** What is left without them. An indented line goes on with the option above it. */
function told(lines: readonly string[]): string {
  let name = ''
  return lines
    .filter((line) => {
      const isIndented = /^\s/.test(line)
      if (line.trim() === '' || (!isIndented && /^[#;]/.test(line))) return false
      const [, begun = '', value = ''] = isIndented ? [] : (option.exec(line) ?? [])
      if (!isIndented) name = begun
      const text = isIndented ? line : value
      if (name === 'filterwarnings') return text.trim() !== '' && !warning.test(text)
      return !(says.test(name) && plain.test(text))
    })
    .join('\n')
}
