import type { Match } from '../rule.ts'

/** Looks closer only at files that have a word without which `match` cannot fire: most have none. */
export function whereSaid(word: RegExp, match: Match): Match {
  return (file, change) => (word.test(file.after?.text ?? '') ? match(file, change) : [])
}
