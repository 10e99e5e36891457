const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu

const decoder = new TextDecoder('utf-8')

/**
 * Text out of a sandbox, made safe to show and bounded: control, bidirectional, invisible and private characters
 * become escapes, so that it can neither steer a terminal nor read differently from what it is.
 */
export function printable(bytes: Uint8Array, maxCharacters: number): string {
  const text = decoder.decode(bytes.subarray(0, maxCharacters * 4))
  const escaped = text.replace(unprintable, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
  return escaped.length <= maxCharacters ? escaped : `${escaped.slice(0, maxCharacters - 1)}…`
}
