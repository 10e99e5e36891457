/** Words in a row that make one gram. */
export const gramLength = 3

/** Gives each word that some license uses a number, so that comparing texts is comparing numbers. */
export class WordNumbers {
  readonly #numbers = new Map<string, number>()

  learn(words: readonly string[]): Int32Array {
    const numbers = new Int32Array(words.length)
    for (const [at, word] of words.entries()) {
      const known = this.#numbers.get(word)
      numbers[at] = known ?? this.#numbers.size + 1
      if (known === undefined) this.#numbers.set(word, this.#numbers.size + 1)
    }
    return numbers
  }

  /** Words that no license uses become 0. */
  lookUp(words: readonly string[]): Int32Array {
    return Int32Array.from(words, (word) => this.#numbers.get(word) ?? 0)
  }
}

/** One number for the words from each place on. Two different grams with one number cost some time, nothing else. */
export function gramsOf(words: Int32Array): Int32Array {
  const grams = new Int32Array(Math.max(0, words.length - gramLength + 1))
  let [a = 0, b = 0] = words
  for (let at = 0; at < grams.length; at += 1) {
    const c = words[at + 2] ?? 0
    grams[at] = (Math.imul(Math.imul(a, 0x9e3779b1) + b, 0x85ebca77) + c) | 0
    a = b
    b = c
  }
  return grams
}
