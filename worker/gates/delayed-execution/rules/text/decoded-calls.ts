import type { ChangedFile } from '../../../change/view-change.ts'

/** Calls that run the text or object given to them. Readers of data and makers of patterns have the same names. */
const runsArgument =
  /\beval[\])'"\s]{0,6}\(|\bAssembly\.Load\s{0,5}\(|\b(?:Function|exec|execSync|spawn|spawnSync|(?<!\bre\.)compile|(?<!\b(?:json|orjson|ujson|toml|tomllib|yaml|cbor2?|msgpack)\.)loads)\s{0,5}\(|\bassert\s{0,5}\((?=.{0,40}(?:base64_decode|gzinflate|str_rot13))/g
const decoder =
  /\batob\s{0,5}\(|b64decode|fromhex\(|unhexlify|base64_decode|gzinflate|str_rot13|Buffer\.from\(|String\.fromCharCode|codecs\.decode|FromBase64String|decode64\b|decode_base64|\.unpack1?[\s(]{1,3}["']m|marshal\.loads|zlib\.decompress|getDecoder\(\)|\.hex\.chr\b/i
/** Characters. */
const reach = 300
/** Characters: one line of a bundle, of which each build makes a new one. */
const longestLine = 5000
/** More of them are not looked for one by one. */
const mostCalls = 50

/** Calls of a line that run what they decode, each with its argument. */
export function decodedCalls(text: string): string[] {
  if (!decoder.test(text)) return []
  return callsIn(text, runsArgument).flatMap(({ call, argument }) => (decoder.test(argument) ? [call + argument] : []))
}

/** Where a pattern for the beginning of calls finds one: it, and what stands in its parentheses. */
export function callsIn(text: string, calls: RegExp): { call: string; argument: string }[] {
  return [...text.matchAll(calls)].map(({ index, 0: call }) => {
    const from = index + call.length
    return { call, argument: argumentFrom(text.slice(from, from + reach)) }
  })
}

/** Whether each such call of an endless line stood in the file before, as in a bundle that was built anew. */
export function decodedBefore({ before, after }: ChangedFile, number: number | null): boolean {
  const line = after?.lines[(number ?? 0) - 1] ?? ''
  const old = before?.text
  if (line.length <= longestLine || old == null) return false
  const calls = decodedCalls(line)
  return calls.length > 0 && calls.length <= mostCalls && calls.every((call) => old.includes(call))
}

/** What stands before the parenthesis that closes a call. Those in strings count too: they only make it longer or shorter. */
function argumentFrom(text: string): string {
  let depth = 1
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '(') depth += 1
    else if (text[index] === ')' && --depth === 0) return text.slice(0, index)
  }
  return text
}
