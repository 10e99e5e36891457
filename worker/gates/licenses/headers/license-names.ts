import { comparable } from './header-words.ts'

export interface LicenseName {
  readonly expression: string
  /** Whether the name means this license alone; `BSD` may be one of several. */
  readonly sure: boolean
}

export type LicenseNames = ReadonlyMap<string, LicenseName>

/** What people write, and the license that they mean. Names and ids of the SPDX list come on top. */
const commonNames: readonly (readonly [expression: string, sure: boolean, ...names: string[]])[] = [
  [
    'MIT',
    true,
    'MIT',
    'MIT licensed',
    'MIT X11',
    'X11 MIT',
    'MIT Expat',
    'Expat',
    'Expat license',
    'MIT open source license',
    'MIT software license',
    'MIT (Expat) license',
  ],
  ['MIT', false, 'MIT style license', 'MIT like license', 'MIT style', 'an MIT style'],
  ['ISC', true, 'ISC'],
  [
    'Apache-2.0',
    true,
    'Apache 2.0',
    'Apache 2.0 license',
    'Apache Software License 2.0',
    'Apache License 2.0 license',
    'ASL 2.0',
    'Apache2',
    'Apache Public License 2.0',
    '2.0 of Apache License',
    '2.0 of Apache Software License',
  ],
  ['Apache-2.0', false, 'Apache License', 'Apache Software License', 'Apache'],
  [
    'BSD-3-Clause',
    true,
    '3 clause BSD',
    '3 clause BSD license',
    'BSD 3 clause license',
    'new BSD license',
    'new BSD',
    'modified BSD license',
    'modified BSD',
    'revised BSD license',
    'BSD new',
    'three clause BSD',
    'three clause BSD license',
    'Eclipse Distribution License 1.0',
    'EDL 1.0',
    'revised 3 clause BSD',
    'modified 3 clause BSD',
    'BSD 3',
    'BSD License 2.0',
    'BSD license 3 clause',
  ],
  [
    'BSD-2-Clause',
    true,
    '2 clause BSD',
    '2 clause BSD license',
    'BSD 2 clause license',
    'simplified BSD license',
    'simplified BSD',
    'FreeBSD license',
    'two clause BSD',
    'two clause BSD license',
  ],
  [
    'BSD-3-Clause',
    false,
    'BSD',
    'BSD license',
    'BSD licenses',
    'BSD style license',
    'BSD style',
    'BSD like license',
    'Berkeley software license',
    'BSD licensed',
    'BSD open source license',
  ],
  [
    'MPL-2.0',
    true,
    'MPL 2.0',
    'Mozilla Public License 2.0',
    'Mozilla Public License MPL 2.0',
    'Mozilla Public License',
    'MPL',
  ],
  ['MPL-1.1', true, 'MPL 1.1', 'Mozilla Public License 1.1'],
  ['EPL-1.0', true, 'EPL 1.0', 'Eclipse Public License 1.0', 'Eclipse Public License'],
  ['EPL-2.0', true, 'EPL 2.0', 'Eclipse Public License 2.0'],
  [
    'BSL-1.0',
    true,
    'Boost Software License',
    'Boost Software License 1.0',
    'Boost License',
    'Boost License 1.0',
    'boost license',
  ],
  ['Unlicense', true, 'Unlicense', 'Unlicense license'],
  [
    'CC0-1.0',
    true,
    'CC0',
    'CC0 license',
    'CC0 1.0 Universal',
    'Creative Commons Zero',
    'Creative Commons Zero 1.0',
    'Creative Commons CC0 1.0 Universal',
    'Creative Commons CC0',
  ],
  [
    'CC-BY-4.0',
    true,
    'Creative Commons Attribution 4.0',
    'Creative Commons Attribution 4.0 International License',
    'CC BY 4.0',
  ],
  [
    'CC-BY-SA-4.0',
    true,
    'Creative Commons Attribution ShareAlike 4.0',
    'Creative Commons Attribution ShareAlike 4.0 International License',
    'CC BY SA 4.0',
  ],
  ['CC-BY-3.0', true, 'Creative Commons Attribution 3.0 License', 'Creative Commons Attribution 3.0', 'CC BY 3.0'],
  ['CC-BY-SA-3.0', true, 'Creative Commons Attribution ShareAlike 3.0', 'CC BY SA 3.0'],
  ['Zlib', true, 'zlib', 'zlib libpng license', 'zlib png license', 'zlib libpng', 'zlib style license'],
  ['WTFPL', true, 'WTFPL', 'WTFPL license', 'Do What The Fuck You Want To Public License'],
  ['PSF-2.0', true, 'Python Software Foundation License', 'PSF license', 'Python License', 'PSFL'],
  ['CDDL-1.0', true, 'CDDL', 'CDDL 1.0', 'Common Development and Distribution License'],
  ['Artistic-2.0', true, 'Artistic License 2.0', 'Artistic 2.0'],
  ['Artistic-1.0-Perl OR GPL-1.0-or-later', true, 'same terms as Perl itself', 'same terms as Perl', 'Perl license'],
  ['SSPL-1.0', true, 'Server Side Public License', 'SSPL'],
  ['Elastic-2.0', true, 'Elastic License 2.0', 'Elastic License'],
  ['BUSL-1.1', true, 'Business Source License 1.1', 'Business Source License', 'BUSL 1.1'],
  ['NCSA', true, 'University of Illinois Open Source License', 'NCSA'],
  ['Apache-2.0 WITH LLVM-exception', true, 'Apache License 2.0 with LLVM Exceptions'],
  ['EUPL-1.2', true, 'EUPL 1.2', 'EUPL', 'European Union Public License'],
  ['Ruby', true, 'Ruby license'],
  ['W3C', true, 'W3C Software License'],
  ['LicenseRef-Commons-Clause', true, 'Commons Clause'],
  ['LicenseRef-proprietary', true, 'proprietary', 'proprietary license', 'UNLICENSED', 'commercial license'],
]
const gnu = /^(?:A|L)?GPL-/

let loading: Promise<LicenseNames> | undefined

/** Every name that is known, with the SPDX list's own; loaded once, when the first header that names one is met. */
export function loadLicenseNames(): Promise<LicenseNames> {
  loading ??= import('spdx-license-list').then(({ default: list }) => createLicenseNames(list))
  return loading
}

function createLicenseNames(list: Readonly<Record<string, { readonly name: string }>>): LicenseNames {
  const names = new Map<string, LicenseName>()
  for (const [id, { name }] of Object.entries(list)) {
    if (gnu.test(id)) continue
    names.set(keyOf(name), { expression: id, sure: true })
    // One word alone, such as `Fair` or `Vim`, is a word before it is a license.
    if (comparable(id).length > 1) names.set(keyOf(id), { expression: id, sure: true })
  }
  for (const [expression, sure, ...all] of commonNames) {
    for (const name of all) names.set(keyOf(name), { expression, sure })
  }
  return names
}

export function keyOf(name: string): string {
  return comparable(name).join(' ')
}
