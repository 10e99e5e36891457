/** A set of ASCII characters, by their codes. */
export type Characters = Uint8Array

export function charactersOf(...ranges: readonly string[]): Characters {
  const set = new Uint8Array(128)
  for (const range of ranges) {
    const last = range.charCodeAt(range.length - 1)
    if (range.length === 3 && range[1] === '-')
      for (let code = range.charCodeAt(0); code <= last; code += 1) set[code] = 1
    else for (const character of range) set[character.charCodeAt(0)] = 1
  }
  return set
}

export const digits = charactersOf('0-9')
export const lowerHex = charactersOf('0-9', 'a-f')
export const hex = charactersOf('0-9', 'a-f', 'A-F')
export const letters = charactersOf('A-Z', 'a-z')
export const upperDigits = charactersOf('0-9', 'A-Z')
export const lowerDigits = charactersOf('0-9', 'a-z')
export const base32 = charactersOf('A-Z', '2-7')
export const alphanumeric = charactersOf('0-9', 'A-Z', 'a-z')
export const word = charactersOf('0-9', 'A-Z', 'a-z', '_')
export const urlSafe = charactersOf('0-9', 'A-Z', 'a-z', '_-')
export const base64 = charactersOf('0-9', 'A-Z', 'a-z', '+/')
/** What stands inside longer words of base64 or of names, so that a short prefix after it is chance. */
export const joining = charactersOf('0-9', 'A-Z', 'a-z', '+/_.-')
export const base64Any = charactersOf('0-9', 'A-Z', 'a-z', '+/_=-')

export function isIn(characters: Characters, text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  return code < 128 && characters[code] === 1
}

/** How many characters from `start` on are in the set, at most `most`. */
export function runLength(characters: Characters, text: string, start: number, most: number): number {
  let length = 0
  while (length < most && isIn(characters, text, start + length)) length += 1
  return length
}

/** The same for what ends before `end`. */
export function runLengthBefore(characters: Characters, text: string, end: number, most: number): number {
  let length = 0
  while (length < most && isIn(characters, text, end - length - 1)) length += 1
  return length
}
