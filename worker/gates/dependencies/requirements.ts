import { type DependencyFile, type FoundPackage, found } from './found-package.ts'
import { readRequirement } from './requirement.ts'

interface Line {
  readonly text: string
  readonly number: number
}

/** What pip would take packages from instead of the index that this installation knows. */
const otherIndex = /^(?:-i|--index-url|--extra-index-url|-f|--find-links|--no-index)(?:[\s=]|$)/
const option = /^-{1,2}[A-Za-z]/
const ownPath = /^(?:\.{1,2}(?:\/|\[|$)|file:\.)/

export const requirementsFiles: readonly DependencyFile[] = [
  {
    ecosystem: 'pypi',
    paths:
      /(?:^|\/)(?:(?:[\w.-]{1,100}[-_.])?requirements(?:[-_.][\w.-]{1,100})?|requirements\/[^/]{1,100})\.(?:txt|in)$/i,
    kind: 'manifest',
    read(text) {
      const lines = joinedLines(text)
      const index = lines.find(({ text: line }) => otherIndex.test(line))?.text.slice(0, 200) ?? null
      const read = lines.map((line) => fromLine(line, index))
      return read.includes(null) ? null : read.flatMap((one) => one ?? [])
    },
  },
]

/** Without comments; a backslash at its end carries a line on. */
function joinedLines(text: string): Line[] {
  const joined: Line[] = []
  let open: { parts: string[]; number: number } | null = null
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line: { parts: string[]; number: number } = open ?? { parts: [], number: index + 1 }
    const goesOn = raw.endsWith('\\')
    line.parts.push(goesOn ? raw.slice(0, -1) : raw)
    open = goesOn ? line : null
    if (!goesOn) joined.push({ text: withoutComment(line.parts.join(' ')), number: line.number })
  }
  if (open !== null) joined.push({ text: withoutComment(open.parts.join(' ')), number: open.number })
  return joined.filter(({ text: line }) => line !== '')
}

function withoutComment(line: string): string {
  const at = line.search(/(?:^|\s)#/)
  return (at === -1 ? line : line.slice(0, at)).trim()
}

function fromLine({ text, number }: Line, index: string | null): FoundPackage[] | null {
  const editable = /^(?:-e|--editable)[\s=]\s{0,20}(.*)$/.exec(text)?.[1]
  const what = editable ?? text
  if (editable === undefined && option.test(text)) return []
  if (ownPath.test(what)) return /\.(?:whl|zip|tar\.gz)\b/i.test(what) ? [fromAddress(what, number)] : []
  if (/^[\w+.-]{1,40}:/.test(what)) return [fromAddress(what, number)]
  const integrity = [...what.matchAll(/--hash[=\s]{1,5}([a-z0-9]{1,20}:[0-9a-f]{1,200})/g)].map(([, hash = '']) => hash)
  const [requirement = ''] = what.split(/\s--/)
  const read = readRequirement(requirement, { integrity, elsewhere: index, line: number })
  return read === null ? null : [read]
}

function fromAddress(address: string, line: number): FoundPackage {
  const name = /[#&]egg=([\w.-]{1,200})/.exec(address)?.[1] ?? address.slice(0, 200)
  return found(name, '?', { exact: false, elsewhere: address, line })
}
