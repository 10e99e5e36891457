export interface CleanText {
  readonly text: string
  /** What was taken out, for people: nobody who read the text on GitHub saw it. */
  readonly removed: readonly string[]
}

/** GitHub shows neither; one that is not closed hides everything after it. */
const hiddenComment = /<!--[\s\S]*?(?:-->|$)/g
/** Format characters (zero width, direction, tags), selectors of variants but of emoji, controls, and empty letters. */
const invisible =
  /\p{Cf}|(?![\ufe0e\ufe0f])\p{Variation_Selector}|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u115f\u1160\u3164]/gu

/** Leaves of a text what a person sees of it. A model reads the rest as well, and may do as it says. */
export function cleanTask(given: string): CleanText {
  const comments: string[] = []
  const characters = new Map<string, number>()
  const text = given
    .replaceAll('\r\n', '\n')
    // First the characters: one within `<!--` would keep a comment from being seen as one.
    .replace(invisible, (character) => {
      const name = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
      characters.set(name, (characters.get(name) ?? 0) + 1)
      return ''
    })
    .replace(hiddenComment, (comment) => {
      comments.push(`a hidden comment of ${comment.length} characters`)
      return ''
    })
  return { text, removed: [...bounded(comments), ...bounded(namesOf(characters))] }
}

function namesOf(characters: ReadonlyMap<string, number>): string[] {
  return [...characters].map(([name, count]) => `${count} × the invisible character ${name}`)
}

const maxTold = 10

function bounded(told: readonly string[]): readonly string[] {
  return told.length <= maxTold ? told : [...told.slice(0, maxTold), `and ${told.length - maxTold} more`]
}
