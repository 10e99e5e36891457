import { Buffer } from 'node:buffer'

/** As much of a file as git looks at to tell text from binary. */
const sniffedBytes = 8000

/** The text of a file, its byte order mark taken off, or null for a binary. Bytes that are not UTF-8 become U+FFFD. */
export function decodeText(content: Uint8Array): string | null {
  const encoding = utf16(content)
  if (encoding !== null) return new TextDecoder(encoding).decode(content)
  if (content.subarray(0, sniffedBytes).includes(0)) return null
  return new TextDecoder().decode(content)
}

/** A view of any bytes in which printable ASCII survives, for searches that must not stop at binaries. */
export function decodeLeniently(content: Uint8Array): string {
  return decodeText(content) ?? Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1')
}

function utf16(content: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (content[0] === 0xff && content[1] === 0xfe) return 'utf-16le'
  if (content[0] === 0xfe && content[1] === 0xff) return 'utf-16be'
  return null
}

/** Lines as editors count them: after a newline, a carriage return or both. */
export function splitLines(text: string): string[] {
  return text.includes('\r') ? text.split(/\r\n|\n|\r/) : text.split('\n')
}
