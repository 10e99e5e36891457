/**
 * Breaks every token that GitHub, or a robot that reads there, acts on. A visible space and not a zero-width one: what
 * we write must not carry the invisible characters that we take out of what others write.
 */
export function defuse(text: string): string {
  return rules.reduce((broken, [pattern, replacement]) => broken.replace(pattern, replacement), text)
}

const rules: readonly (readonly [RegExp, string])[] = [
  // Mentions and e-mail addresses.
  [/@(?=[a-z0-9_-])/gi, '@ '],
  // References, and with them "closes #1", "fixes owner/repo#1", "resolves GH-1".
  [/#(?=\d)/g, '# '],
  [/\b(gh)-(?=\d)/gi, '$1- '],
  // Whatever becomes a link by itself, and with it references by URL.
  [/:(?=\/\/)/g, ': '],
  [/\bwww\.(?=\S)/gi, 'www. '],
  // "[skip ci]", "[no ci]", "[actions skip]", "***NO_CI***", "skip-checks: true".
  [/\[([\w\s-]{0,30}\b(?:skip|ci)\b[\w\s-]{0,30})\]/gi, '($1)'],
  [/\*{3}no_ci\*{3}/gi, 'NO CI'],
  // Images and links, also where no backslash would help. After the brackets above have become parentheses.
  [/!(?=\[)/g, '! '],
  [/\](?=\()/g, '] '],
  // Trailers that give or take credit.
  [/((?:[a-z]{1,20}-){1,4}(?:by|of|checks))[ \t]*:/gi, '$1 -'],
  // Commands of other robots, which read line by line.
  [/^([ \t]*)\/(?=[a-z][\w-]*(?:\s|$))/gim, '$1/ '],
]
