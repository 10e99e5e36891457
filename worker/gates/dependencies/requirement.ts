import { type FoundPackage, found } from './found-package.ts'

const named = /^([A-Za-z0-9](?:[\w.-]{0,200}[A-Za-z0-9])?)\s{0,20}(?:\[[^\]]{0,500}\])?\s{0,20}(.{0,2000})$/s
const specifier = /^\(?\s{0,20}(?:(?:===?|~=|!=|<=?|>=?)\s{0,20}[\w.+!*-]{1,100}\s{0,20}(?:,\s{0,20})?){1,30}\)?$/
const pinned = /^\(?\s{0,20}===?\s{0,20}([\w.+!-]{1,100})\s{0,20}\)?$/

/** `name[extra]==1.0; python_version > "3"` as Python's packaging writes it; null for what is none. Pure. */
export function readRequirement(text: string, more: Partial<FoundPackage> = {}): FoundPackage | null {
  const [, name, rest = ''] = named.exec(text.trim()) ?? []
  if (name === undefined) return null
  const address = /^@\s{0,20}(\S{1,1900})/.exec(rest)?.[1]
  if (address !== undefined) return found(name, '?', { ...more, exact: false, elsewhere: address })
  const [asked = ''] = rest.split(';')
  const range = asked.trim()
  if (range !== '' && !specifier.test(range)) return null
  const version = pinned.exec(range)?.[1]
  return found(name, version ?? (range === '' ? 'any' : range), { ...more, exact: version !== undefined })
}
