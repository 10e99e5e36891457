import type { Dependency } from './changed-dependencies.ts'

/** What is known of a dependency's license. `unlicensed`: its owner grants nobody anything. */
export type ResolvedLicense =
  | { readonly kind: 'expression'; readonly expression: string }
  | { readonly kind: 'unlicensed' }
  | { readonly kind: 'unresolved'; readonly why: string }

/**
 * The license of a dependency, from the lockfile's own field. npm's words are taken as they are: `UNLICENSED` is
 * no license at all, while `Unlicense` gives everything away.
 */
export function resolveLicense({ declared }: Dependency): ResolvedLicense {
  if (typeof declared !== 'string' || declared.trim() === '') {
    return { kind: 'unresolved', why: 'nothing in the change says under which license it comes' }
  }
  const word = declared.trim()
  if (word === 'UNLICENSED') return { kind: 'unlicensed' }
  if (/^SEE LICEN[CS]E IN /i.test(word)) return { kind: 'unresolved', why: 'its license is a file of its own' }
  return { kind: 'expression', expression: word }
}
