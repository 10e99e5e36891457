import sax from 'sax'

export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly text: string
  readonly children: readonly XmlElement[]
  /** Of its opening tag; begins at 1. */
  readonly line: number
}

interface OpenElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly line: number
  readonly children: XmlElement[]
  text: string
}

const longest = 2_000_000
const deepest = 64

/** The root of an XML file; null for what is none, or has a document type: nothing here knows entities. Pure. */
export function readXml(text: string): XmlElement | null {
  if (text.length > longest || text.includes('<!DOCTYPE')) return null
  const top: OpenElement = { name: '', attributes: {}, line: 0, children: [], text: '' }
  const open = [top]
  const parser = sax.parser(true, { position: true })
  // The first fault is the last: a parser that went on would make an error of every further character.
  parser.onerror = (error) => {
    throw error
  }
  parser.onopentag = ({ name, attributes }) => {
    if (open.length > deepest) throw new RangeError('nested too deeply')
    const said = Object.entries(attributes).map(([key, value]) => [key, String(value)] as const)
    open.push({
      name: name.slice(name.indexOf(':') + 1),
      attributes: Object.fromEntries(said),
      line: parser.line + 1,
      children: [],
      text: '',
    })
  }
  const addText = (piece: string) => {
    const inner = open.at(-1)
    if (inner !== undefined) inner.text += piece
  }
  parser.ontext = addText
  parser.oncdata = addText
  parser.onclosetag = () => {
    const closed = open.pop()
    // A comment leaves no gap in a text, as for those who obey it.
    if (closed !== undefined)
      open.at(-1)?.children.push({ ...closed, text: closed.text.replaceAll(/\s+/g, ' ').trim() })
  }
  try {
    parser.write(text).close()
  } catch {
    return null
  }
  return top.children.length === 1 ? (top.children[0] ?? null) : null
}

export function childrenOf(element: XmlElement | null, name: string): XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? []
}

export function childOf(element: XmlElement | null, name: string): XmlElement | null {
  return childrenOf(element, name)[0] ?? null
}

/** Null where there is none, or an empty one. */
export function textOf(element: XmlElement | null, name: string): string | null {
  return childOf(element, name)?.text.trim() || null
}
