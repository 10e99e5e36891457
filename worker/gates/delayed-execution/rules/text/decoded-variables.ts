import type { AddedLine, ChangedFile } from '../../../change/view-change.ts'
import { callsIn } from './decoded-calls.ts'

/** A variable that is given what a decoder makes. */
const decodedInto =
  /(?:^|[\s;({])([A-Za-z_$][\w$]{0,60})\s{0,5}(?::\s{0,3}\w{1,20}\s{0,3})?=\s{0,5}.{0,120}(?:\batob\s{0,5}\(|b64decode|fromhex\(|unhexlify|base64_decode|gzinflate|str_rot13|Buffer\.from\([^)]{0,500},\s{0,5}["'`](?:base64|hex)|String\.fromCharCode|FromBase64String|decode64\s{0,5}\(|decode_base64\s{0,5}\(|zlib"\)\.decompress|zlib\.decompress)/
const runsVariable = /(?<![.\w$])(?:eval|Function|exec|execSync)\s{0,5}\(\s{0,5}\(?\s{0,5}([A-Za-z_$][\w$]{0,60})\b/g
const runsText = /(?<![.\w$])(?:eval|exec|Function)\s{0,5}\(/g

/** Characters: in one line of a bundle the same short name is many variables. */
const longestLine = 5000

/** Added lines that run a variable, or what is made of it, where an added line shown here fills it by decoding. */
export function linesThatRunDecoded(shown: ChangedFile, all: readonly AddedLine[]): AddedLine[] {
  const decoded = new Set(shown.added.flatMap(({ text }) => decodedInto.exec(text)?.[1] ?? []))
  if (decoded.size === 0) return []
  const isDecoded = (name: string) => decoded.has(name)
  return all.filter(
    ({ text }) =>
      [...text.matchAll(runsVariable)].some(([, name = '']) => isDecoded(name)) ||
      (text.length <= longestLine &&
        callsIn(text, runsText).some(({ argument }) => argument.split(/[^\w$]+/).some(isDecoded))),
  )
}
