import type { ChangedFile } from '../change/view-change.ts'
import type { FoundPackage } from './found-package.ts'

const word = /[\w@./:+~-]+/g
const longestLine = 2000

type Named = Pick<FoundPackage, 'name' | 'version'>

/** Finds the lines that name these packages, of those that the change adds if one does. Each line is looked at once. */
export function createLineFinder({ after, added }: Pick<ChangedFile, 'after' | 'added'>, packages: readonly Named[]) {
  const places = new Map<string, number>()
  const wanted = new Set(packages.flatMap(wordsOf))
  const note = (text: string, number: number) => {
    for (const [found] of text.slice(0, longestLine).matchAll(word)) {
      if (wanted.has(found) && !places.has(found)) places.set(found, number)
    }
  }
  if (wanted.size > 0) {
    for (const { text, number } of added) note(text, number)
    for (const [index, text] of (after?.lines ?? []).entries()) note(text, index + 1)
  }
  return (one: Named): number | null => {
    return (
      wordsOf(one)
        .map((text) => places.get(text))
        .find((line) => line !== undefined) ?? null
    )
  }
}

/** The surest first. */
function wordsOf({ name, version }: Named): string[] {
  const last = name.slice(Math.max(name.lastIndexOf(':'), name.lastIndexOf('/')) + 1)
  return [`${name}@${version}`, `${name}:${version}`, name, last]
}
