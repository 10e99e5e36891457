import type { ChangedFile } from '../../change/view-change.ts'
import type { FoundPackage } from './found-package.ts'

const word = /[\w@./:+~-]+/g
const longestLine = 2000

/** Finds the line that names a package, of those that the change adds if one does. Each line is looked at once. */
export function createLineFinder({ after, added }: Pick<ChangedFile, 'after' | 'added'>) {
  const places = new Map<string, number>()
  const note = (text: string, number: number) => {
    for (const [found] of text.slice(0, longestLine).matchAll(word)) if (!places.has(found)) places.set(found, number)
  }
  for (const { text, number } of added) note(text, number)
  for (const [index, text] of (after?.lines ?? []).entries()) note(text, index + 1)
  return ({ name, version }: Pick<FoundPackage, 'name' | 'version'>): number | null => {
    const last = name.slice(Math.max(name.lastIndexOf(':'), name.lastIndexOf('/')) + 1)
    const words = [`${name}@${version}`, `${name}:${version}`, name, last]
    return words.map((one) => places.get(one)).find((line) => line !== undefined) ?? null
  }
}
