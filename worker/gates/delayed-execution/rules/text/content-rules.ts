import type { ChangedFile } from '../../../change/view-change.ts'
import type { Rule } from '../../rule.ts'

/** Characters: no person writes such a line of code, and no reviewer reads it. */
const longestLine = 5000
const hexName = /\b_0x[0-9a-f]{4,6}\b/g
const mostHexNames = 8
const script = /\.(?:js|mjs|cjs|jsx|ts|css|html|py|rb|php|sh|ps1)$/i

/** Formats that are shown, not run, each with the bytes it begins with. */
const pictures: readonly [name: RegExp, magic: readonly number[]][] = [
  [/\.png$/i, [0x89, 0x50, 0x4e, 0x47]],
  [/\.jpe?g$/i, [0xff, 0xd8, 0xff]],
  [/\.gif$/i, [0x47, 0x49, 0x46, 0x38]],
  [/\.webp$/i, [0x52, 0x49, 0x46, 0x46]],
  [/\.ico$/i, [0x00, 0x00, 0x01, 0x00]],
  [/\.woff2?$/i, [0x77, 0x4f, 0x46]],
]
/** Formats that are packed or compiled, whatever the bytes look like. */
const packed =
  /\.(?:7z|a|apk|bz2|class|deb|dll|dylib|ear|egg|elf|exe|gz|jar|lz4|lzma|msi|node|o|pyc|pyd|rar|rpm|so|tar|tgz|war|wasm|whl|xz|zip|zst)$/i

export const contentRules: readonly Rule[] = [
  {
    id: 'binary',
    severity: 'hold',
    paths: ['**'],
    alsoInFixtures: true,
    when: 'A review does not show what it holds, and a build or a test could unpack and run it.',
    mend: 'Build it from source, or have a person vouch for it.',
    match: (file) => {
      if (file.after === null || file.after.mode === '120000') return []
      if (file.after.text !== null && !packed.test(file.path)) return []
      const what = isPicture(file) ? 'This is a picture or a font.' : 'This is a binary.'
      return [{ what, line: null, ...(isPicture(file) ? { severity: 'note' as const } : {}) }]
    },
  },
  {
    id: 'generated-bundle',
    severity: 'hold',
    paths: [
      '**/*.{min,bundle,umd,iife}.{js,mjs,cjs,css}',
      '**/{dist,build,out,lib-dist,bundle,bundles,vendor,third_party,node_modules}/**/*.{js,mjs,cjs,jar,dll,so,wasm}',
    ],
    when: 'It is what users and CI run, and no review compares it with its source.',
    mend: 'Leave generated files out and let CI build them.',
    match: (file) =>
      file.added.length > 0 ? [{ what: 'This looks like a generated file.', line: file.added[0]?.number ?? null }] : [],
  },
  {
    id: 'minified-code',
    severity: 'hold',
    paths: ['**'],
    when: 'It runs with the rest, and a review does not show what it does.',
    mend: 'Write it as source that can be read.',
    match: (file) => {
      const line = script.test(file.path) ? file.added.find(({ text }) => text.length > longestLine) : undefined
      return line ? [{ what: 'A line of code is too long to be read.', line: line.number }] : []
    },
  },
  {
    id: 'obfuscated-code',
    severity: 'hold',
    paths: ['**'],
    words: ['_0x'],
    when: 'It runs with the rest, and its names are made so that nobody can read what it does.',
    mend: 'Write it as source that can be read.',
    match: (file) => {
      const line = script.test(file.path)
        ? file.added.find(({ text }) => (text.match(hexName)?.length ?? 0) >= mostHexNames)
        : undefined
      return line ? [{ what: 'This line is full of names that an obfuscator gives.', line: line.number }] : []
    },
  },
  {
    id: 'protected-path',
    severity: 'hold',
    paths: ['**'],
    alsoInFixtures: true,
    when: "The repository's policy asks for a person's approval of any change to it.",
    mend: 'Leave it as it is, or ask for approval.',
    match: (file, { protects }) => (protects(file.path) ? [{ what: 'This path is protected.', line: null }] : []),
  },
]

function isPicture(file: ChangedFile): boolean {
  const content = file.after?.content ?? new Uint8Array()
  return pictures.some(([name, magic]) => name.test(file.path) && magic.every((byte, index) => content[index] === byte))
}
