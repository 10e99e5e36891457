/** No known text is longer. */
const mostPlaces = 2 ** 16

/**
 * Pairs of where a gram stands in a text and its place in a known text, in the order of the text, and backwards by
 * place where several have one gram. One number each, since a large text has millions.
 */
export class Pairs {
  readonly #sorted: Float64Array

  constructor(sorted: Float64Array) {
    this.#sorted = sorted
  }

  get count(): number {
    return this.#sorted.length
  }

  at(index: number): number {
    return Math.floor((this.#sorted[index] ?? 0) / mostPlaces)
  }

  place(index: number): number {
    return mostPlaces - 1 - ((this.#sorted[index] ?? 0) % mostPlaces)
  }

  /** Those whose `at` lies from `from` to before `to`. */
  between(from: number, to: number): Pairs {
    const indexOf = (at: number) => lowerBound(this.count, (index) => this.at(index) < at)
    return new Pairs(this.#sorted.subarray(indexOf(from), indexOf(to)))
  }

  /** Those by which the known text would begin within `slack` of `start`. */
  near(start: number, slack: number): Pairs {
    return new Pairs(this.#sorted.filter((_, index) => Math.abs(this.at(index) - this.place(index) - start) <= slack))
  }

  /** Those at these indices. */
  pick(indices: readonly number[]): Pairs {
    return new Pairs(Float64Array.from(indices, (index) => this.#sorted[index] ?? 0))
  }
}

/** Where grams of the known text stand in the text. */
export function pairsOf(grams: Int32Array, places: ReadonlyMap<number, readonly number[]>): Pairs {
  const all: number[] = []
  for (const [place, gram] of grams.entries()) {
    for (const at of places.get(gram) ?? []) all.push(at * mostPlaces + (mostPlaces - 1 - place))
  }
  return new Pairs(Float64Array.from(all).sort())
}

/** The longest row of pairs that climbs on both sides: the grams that both texts have in the same order. */
export function longestChain(pairs: Pairs): Pairs {
  const ends: number[] = []
  const previous = new Int32Array(pairs.count)
  for (let index = 0; index < pairs.count; index += 1) {
    const place = pairs.place(index)
    const length = lowerBound(ends.length, (middle) => pairs.place(ends[middle] ?? 0) < place)
    previous[index] = length === 0 ? -1 : (ends[length - 1] ?? -1)
    ends[length] = index
  }
  const chain: number[] = []
  for (let index = ends.at(-1) ?? -1; index !== -1; index = previous[index] ?? -1) chain.push(index)
  return withoutStrays(pairs.pick(chain.reverse()))
}

/**
 * Without the few pairs at an end that stand far from the rest: common words of another text, over which this one would
 * stretch. A word in between costs what a word gains, and one that is left out counts on both sides.
 */
function withoutStrays(chain: Pairs): Pairs {
  const gap = (index: number) => chain.at(index) - chain.at(index - 1)
  let [from, to] = [0, chain.count]
  for (let index = to - 1; index > 0; index -= 1) if ((to - index) * 2 < gap(index)) to = index
  for (let index = 1; index < to; index += 1) if ((index - from) * 2 < gap(index)) from = index
  return chain.pick(Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index))
}

/** How many of the first `count` indices lie before what is looked for. */
function lowerBound(count: number, isBefore: (index: number) => boolean): number {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBefore(middle)) low = middle + 1
    else high = middle
  }
  return low
}
