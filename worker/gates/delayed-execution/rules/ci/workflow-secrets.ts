import { expressionsOf } from './workflow-expressions.ts'

const secretName = /\bsecrets\s{0,5}(?:\.\s{0,5}([\w-]{1,100})|\[\s{0,5}'([\w-]{1,100})'\s{0,5}\])/gi
const allSecrets = /\bsecrets\b(?!\s{0,5}\.\s{0,5}[\w-])/i

/** The secrets that a part of a workflow names. Its own token is granted by its permissions. */
export function secretNames(part: unknown): Set<string> {
  const expressions = expressionsOf(JSON.stringify(part ?? null))
  const names = expressions.flatMap((inner) => [
    ...[...inner.matchAll(secretName)].map(([, dotted, quoted]) => dotted ?? quoted ?? ''),
    ...(allSecrets.test(inner) ? ['*'] : []),
  ])
  return new Set(names.filter((name) => !/^github_token$/i.test(name)))
}
