import { findHiddenMarkup, without } from './hidden-markup.ts'

export interface CleanText {
  readonly text: string
  /** What was taken out, for people: nobody who read the text on GitHub saw it. */
  readonly removed: readonly string[]
}

/**
 * Format characters (zero width, direction, tags), what Unicode says may be left out in showing, controls, and empty
 * letters. What makes an emoji of several characters one stays.
 */
const invisible =
  /(?!(?<=\p{Emoji})[\ufe0e\ufe0f])(?!(?<=\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)\u200d\p{Extended_Pictographic})(?:\p{Cf}|\p{Default_Ignorable_Code_Point}|\p{Variation_Selector}|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2800])/gu

/** Leaves of a text what a person sees of it. A model reads the rest as well, and may do as it says. */
export function cleanTask(given: string): CleanText {
  const shown = withoutMarkup(given.replace(/\r\n?/g, '\n'))
  const characters = new Map<string, number>()
  const text = shown.text.replace(invisible, (character) => {
    const name = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
    characters.set(name, (characters.get(name) ?? 0) + 1)
    return ''
  })
  // Once more: a character within `<!--` kept it from being seen as what a model takes it for.
  const left = characters.size === 0 ? { text, told: [] } : withoutMarkup(text)
  const markup = [...shown.told, ...left.told]
  return { text: left.text, removed: [...bounded(markup), ...bounded(namesOf(characters))] }
}

const names = { comment: 'a hidden comment', definition: 'a definition that nothing uses,' } as const

function withoutMarkup(text: string) {
  const hidden = findHiddenMarkup(text)
  const told = hidden.map(({ kind, from, to }) => `${names[kind]} of ${to - from} characters`)
  return { text: without(text, hidden), told }
}

function namesOf(characters: ReadonlyMap<string, number>): string[] {
  return [...characters].map(([name, count]) => `${count} × the invisible character ${name}`)
}

const maxTold = 10

function bounded(told: readonly string[]): readonly string[] {
  return told.length <= maxTold ? told : [...told.slice(0, maxTold), `and ${told.length - maxTold} more`]
}
