/** One way in which a secret's value may be written down. */
export interface SecretForm {
  /** The secret's name; its value is never reported. */
  readonly secret: string
  readonly encoding: string
  readonly bytes: Uint8Array
}

export interface SecretHit {
  readonly secret: string
  readonly encoding: string
  /** Byte offset of the match, or of the compressed stream that holds it. */
  readonly offset: number
}

export interface SecretSearch {
  find(content: Uint8Array): SecretHit | null
  /** The most bytes that one match can cover: what two windows over a long file must share. */
  readonly span: number
}

interface Anchor {
  readonly form: SecretForm
  /** Where in the form's bytes the anchor begins. */
  readonly at: number
}

const longestAnchor = 12
const tableBits = 18
/** Bytes of white space that one match may step over, beyond the form's own length. */
const slack = 512

/**
 * Finds any of many forms in one pass (Wu and Manber's shift table), so that the time hardly grows with the number
 * of secrets. A form also matches when it is broken by white space or written-out newlines, as `base64` and PEM
 * files break it: each form has two anchors side by side, and a long one two more in its middle, so that breaks leave one.
 */
export function createSecretSearch(forms: readonly SecretForm[]): SecretSearch {
  const length = Math.min(longestAnchor, ...forms.map((form) => Math.max(3, Math.ceil(form.bytes.length / 2))))
  const anchors = forms.flatMap((form) => anchorsOf(form, length))
  const { shifts, buckets } = buildTables(anchors, length)
  const span = 2 * Math.max(0, ...forms.map((form) => form.bytes.length)) + slack
  return {
    span,
    find(content) {
      if (anchors.length === 0) return null
      let end = length - 1
      while (end < content.length) {
        const key = blockKey(content, end)
        const shift = shifts[key] ?? 0
        if (shift === 0) {
          const hit = matchAt(content, end - length + 1, buckets.get(key) ?? [], length)
          if (hit !== null) return hit
        }
        end += Math.max(1, shift)
      }
      return null
    },
  }
}

function anchorsOf(form: SecretForm, length: number): Anchor[] {
  const last = form.bytes.length - length
  const middle = Math.floor(last / 2)
  const places = last >= 4 * length ? [0, length, middle, middle + length] : [0, Math.min(length, last)]
  return [...new Set(places)].map((at) => ({ form, at }))
}

function buildTables(anchors: readonly Anchor[], length: number) {
  const shifts = new Uint8Array(1 << tableBits).fill(length - 2)
  const buckets = new Map<number, Anchor[]>()
  for (const anchor of anchors) {
    for (let index = 2; index < length; index += 1) {
      const key = blockKey(anchor.form.bytes, anchor.at + index)
      const shift = length - 1 - index
      shifts[key] = Math.min(shifts[key] ?? 0, shift)
      if (shift === 0) buckets.set(key, [...(buckets.get(key) ?? []), anchor])
    }
  }
  return { shifts, buckets }
}

/** Hash of the three bytes that end at `end`. */
function blockKey(bytes: Uint8Array, end: number): number {
  return (((bytes[end - 2] ?? 0) << 10) ^ ((bytes[end - 1] ?? 0) << 5) ^ (bytes[end] ?? 0)) & ((1 << tableBits) - 1)
}

function matchAt(content: Uint8Array, start: number, anchors: readonly Anchor[], length: number): SecretHit | null {
  for (const { form, at } of anchors) {
    if (!sameBytes(content, start, form.bytes, at, length)) continue
    const begin = walk(content, start - 1, form.bytes, at - 1, -1)
    if (begin === null || walk(content, start + length, form.bytes, at + length, 1) === null) continue
    return { secret: form.secret, encoding: form.encoding, offset: begin + 1 }
  }
  return null
}

function sameBytes(content: Uint8Array, start: number, form: Uint8Array, at: number, length: number): boolean {
  for (let index = 0; index < length; index += 1) {
    if (content[start + index] !== form[at + index]) return false
  }
  return true
}

/** Compares the rest of a form in one direction, stepping over breaks. Returns where it stopped, or null. */
function walk(content: Uint8Array, from: number, form: Uint8Array, at: number, step: 1 | -1): number | null {
  let position = from
  let index = at
  let skipped = 0
  while (index >= 0 && index < form.length) {
    if (position < 0 || position >= content.length) return null
    if (content[position] === form[index]) {
      position += step
      index += step
      continue
    }
    const gap = breakLength(content, position, step)
    skipped += gap
    if (gap === 0 || skipped > slack) return null
    position += step * gap
  }
  return position
}

const newline = 0x0a
const carriageReturn = 0x0d
const tab = 0x09
const space = 0x20
const backslash = 0x5c
const escapeLetters = new Set([0x6e, 0x72])

export function isWhiteSpace(byte: number | undefined): boolean {
  return byte === newline || byte === carriageReturn || byte === space || byte === tab
}

/** One white-space byte, or the two of a written-out `\n` or `\r`; 0 for anything else. */
function breakLength(content: Uint8Array, position: number, step: 1 | -1): number {
  if (isWhiteSpace(content[position])) return 1
  const first = step === 1 ? position : position - 1
  return content[first] === backslash && escapeLetters.has(content[first + 1] ?? 0) ? 2 : 0
}
