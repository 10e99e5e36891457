import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import parseExpression from 'spdx-expression-parse'

/** Debian's short names for licenses that SPDX calls otherwise. */
const spdxNames: Readonly<Record<string, string>> = {
  expat: 'MIT',
  'public-domain': 'LicenseRef-Debian-public-domain',
  'apache-2': 'Apache-2.0',
  'apache-2.0': 'Apache-2.0',
  artistic: 'Artistic-1.0-Perl',
  'artistic-2': 'Artistic-2.0',
  'bsd-2-clause': 'BSD-2-Clause',
  'bsd-3-clause': 'BSD-3-Clause',
  'bsd-4-clause': 'BSD-4-Clause',
  isc: 'ISC',
  zlib: 'Zlib',
  'mpl-2': 'MPL-2.0',
  'mpl-2.0': 'MPL-2.0',
  'python-2.0': 'PSF-2.0',
  'psf-2': 'PSF-2.0',
}

/** GPL-2+, LGPL-2.1, GFDL-1.3+ and their like. */
const gnuName = /^(A?GPL|LGPL|GFDL)-(\d)(\.\d)?(\+)?$/i

/** How a license that SPDX has no name for is called: the text is in the copyright file of that source package. */
export const ownTerms = (source: string) => `LicenseRef-Debian-${source.replaceAll('+', '-plus')}`

/** The licenses that a package's copyright file declares; null where it has none. */
export async function readDebianLicense(rootfs: string, name: string, source: string): Promise<string | null> {
  const file = join(rootfs, 'usr/share/doc', name, 'copyright')
  const text = await readFile(file, 'utf8').catch(() => null)
  return text === null ? null : parseCopyright(text, source)
}

/** Pure. What SPDX has no name for, or what is not written for machines, stands as the source package's own terms. */
export function parseCopyright(text: string, source: string): string {
  const isForMachines = /^Format: *https?:\/\/www\.debian\.org\/doc\/packaging-manuals\/copyright-format\//m.test(text)
  const declared = isForMachines ? [...text.matchAll(/^License: *(\S.*)$/gm)].map(([, words = '']) => words.trim()) : []
  const licenses =
    declared.length === 0 ? [ownTerms(source)] : declared.map((words) => toSpdx(words) ?? ownTerms(source))
  const distinct = [...new Set(licenses)].sort()
  if (distinct.length === 1) return distinct.join()
  return distinct.map((license) => (/ (OR|AND) /.test(license) ? `(${license})` : license)).join(' AND ')
}

function toSpdx(words: string): string | null {
  const parts = words.split(/\s{1,20}(or|and)\s{1,20}/i)
  const converted = parts.map((part, index) => (index % 2 === 1 ? part.toUpperCase() : nameOf(part)))
  return converted.includes(null) ? null : validated(converted.join(' '))
}

function nameOf(name: string): string | null {
  const gnu = gnuName.exec(name)
  if (gnu === null) return spdxNames[name.toLowerCase()] ?? null
  const [, family = '', major, minor = '.0', later] = gnu
  return `${family.toUpperCase()}-${major}${minor}-${later === undefined ? 'only' : 'or-later'}`
}

/** The expression, if SPDX takes it. */
export function validated(expression: string): string | null {
  try {
    parseExpression(expression)
    return expression
  } catch {
    return null
  }
}
