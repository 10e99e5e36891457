/** How sure a detector is: `certain` has the form of one provider's token; `likely` has a name, a place or a shape. */
export type Certainty = 'certain' | 'likely'

/** Something that looks like a secret, in one text. */
export interface SecretMatch {
  /** Stable name of what found it, such as `provider-github`. */
  readonly rule: string
  /** In words, with its article: "a GitHub token". Never the value. */
  readonly what: string
  readonly certainty: Certainty
  /** Offsets into the text. */
  readonly start: number
  readonly end: number
}

/** A word that a text is searched for, and what looks closer where it stands. */
export interface Detector {
  readonly keywords: readonly string[]
  /** `at` is where the keyword begins. Looks at a bounded stretch around it. */
  find(text: string, at: number, keyword: string): SecretMatch | null
  /** Up to where a look from `at` sees everything, so that keywords on the way need none of their own: long stretches
   * that are full of them would be read again and again. */
  seenTo?(text: string, at: number): number
}
