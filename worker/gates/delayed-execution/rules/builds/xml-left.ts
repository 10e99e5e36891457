import type { FileSide } from '../../../change/view-change.ts'
import { readXml, type XmlElement } from '../../../dependencies/xml.ts'

/** Which parts of a build in XML start nothing, lead nowhere and write nothing. All others are what is left of it. */
export interface Inert {
  /** The whole element, with all in it. `within` are the elements around it, the root first. */
  readonly isInert: (element: XmlElement, within: readonly XmlElement[]) => boolean
  /** For an element that says nothing by itself: its children that only name it. Null for all others. */
  readonly namesOf: (element: XmlElement, within: readonly XmlElement[]) => readonly string[] | null
  /** What the element's text says, without what is inert in it. */
  readonly textOf: (element: XmlElement, within: readonly XmlElement[]) => string
}

/** A declaration that names another encoding makes other elements of the same bytes. */
const plainDeclaration = /^\s{0,20}<\?xml version=["']1\.[01]["'](?: encoding=["'](?:utf-8|us-ascii)["'])?\s{0,5}\?>/i

/** What a build in XML says beside what is inert, in its order; null where it cannot be read in one way only. */
export function leftOfXml(side: FileSide, inert: Inert): string | null {
  const text = (side.text ?? '<?').replace(/^\uFEFF/, '').replace(plainDeclaration, '')
  const root = text.includes('<?') ? null : readXml(text)
  return root === null ? null : JSON.stringify(leftOf(root, [], inert))
}

type Left = readonly [name: string, attributes: readonly string[], text: string, children: readonly Left[]]

function leftOf(element: XmlElement, within: readonly XmlElement[], inert: Inert): Left | null {
  if (inert.isInert(element, within)) return null
  const inside = [...within, element]
  const children = element.children
    .map((child) => leftOf(child, inside, inert))
    .filter((left): left is Left => left !== null)
  const names = inert.namesOf(element, within)
  if (names !== null && element.text === '' && children.every(([name]) => names.includes(name))) return null
  const attributes = Object.entries(element.attributes).map((one) => JSON.stringify(one))
  return [element.name, attributes.sort(), inert.textOf(element, within), children]
}
