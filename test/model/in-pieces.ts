/** Cuts a text into short pieces of uneven length, as a model's stream arrives; never inside a surrogate pair. */
export function inPieces(text: string): string[] {
  const characters = Array.from(text)
  const pieces: string[] = []
  for (let at = 0, length = 3; at < characters.length; at += length, length = 3 + ((length * 7) % 22)) {
    pieces.push(characters.slice(at, at + length).join(''))
  }
  return pieces
}
