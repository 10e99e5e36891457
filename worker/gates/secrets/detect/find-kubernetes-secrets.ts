import { whyDummy } from './dummy-value.ts'
import type { Detector } from './secret-match.ts'

const kind = /^kind:[ \t]{0,10}["']?secret["']?[ \t]*(?:#.*)?(?:\r?\n|$)/i
const dataKey = /^[ \t]*(?:data|stringData):[ \t]*(?:#.*)?$/
const entry = /^[ \t]+["']?[\w.-]{1,100}["']?:[ \t]*(?:[|>][+-]?[ \t]*$|["']?([^"'\s#{][^"'\s{]{0,8000})["']?)/
const block = /^[ \t]+([A-Za-z0-9+/=]{8,})[ \t]*$/
const shortest = 10
const longestDocument = 64 * 1024

/** Values in a Kubernetes Secret: base64 hides nothing. Where the manifest only names another place there is none. */
export const kubernetesDetector: Detector = {
  keywords: ['kind:'],
  seenTo: (text, at) => (isSecret(text, at) ? documentEnd(text, at) : at),
  find(text, at) {
    if (!isSecret(text, at)) return null
    const { document, from } = documentAround(text, at)
    let inData = false
    let offset = from
    for (const line of document.split('\n')) {
      const value = inData ? secretOf(line) : null
      if (value !== null) {
        const start = offset + line.indexOf(value)
        return {
          rule: 'kubernetes-secret',
          what: 'a value in a Kubernetes Secret',
          certainty: 'likely',
          start,
          end: start + value.length,
        }
      }
      if (dataKey.test(line)) inData = true
      else if (inData && line.trim() !== '' && !/^[ \t#]/.test(line)) inData = false
      offset += line.length + 1
    }
    return null
  },
}

function isSecret(text: string, at: number): boolean {
  const indent = text.slice(Math.max(0, at - 40), at)
  return kind.test(text.slice(at, at + 80)) && /^\s*$/.test(indent.slice(indent.lastIndexOf('\n') + 1))
}

function documentEnd(text: string, at: number): number {
  const marker = text.slice(at, at + longestDocument).indexOf('\n---')
  return Math.min(text.length, at + (marker === -1 ? longestDocument : marker))
}

/** The document of a YAML stream that this line is in. */
function documentAround(text: string, at: number): { readonly document: string; readonly from: number } {
  const before = text.slice(Math.max(0, at - longestDocument), at)
  const marker = before.lastIndexOf('\n---')
  const from = at - before.length + (marker === -1 ? 0 : marker + 1)
  return { document: text.slice(from, documentEnd(text, at)), from }
}

function secretOf(line: string): string | null {
  const value = entry.exec(line)?.[1] ?? block.exec(line)?.[1]
  return value === undefined || value.length < shortest || whyDummy(value) !== null ? null : value
}
