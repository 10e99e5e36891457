import { Buffer } from 'node:buffer'

/**
 * Names that a pull request must not bring in. Pure. A name holds one byte per character (latin1), as it came from
 * the disk.
 */
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Why one name of a path is refused, or null. */
export function unsafeName(name: string): string | null {
  const text = decodeName(name)
  if (text === null) return 'its name is not UTF-8'
  if (isGitLookAlike(text)) return 'its name is a look-alike of .git: nested repositories are refused'
  if (/\p{Cc}/u.test(text)) return 'its name has control characters'
  if (text.startsWith('-')) return 'its name starts with a dash, which a wildcard in a shell would read as an option'
  return null
}

/** The name as text; null where it is not UTF-8. */
export function decodeName(name: string): string | null {
  try {
    return utf8.decode(Buffer.from(name, 'latin1'))
  } catch {
    return null
  }
}

/**
 * True for every name that some file system takes for `.git`: letters of another case, code points that HFS+ drops,
 * the trailing dots, spaces and streams that NTFS drops, and its short names. A backslash separates on Windows.
 */
export function isGitLookAlike(text: string): boolean {
  return text.split('\\').some((part) => {
    const plain = part
      .normalize('NFKC')
      .replace(/\p{DI}/gu, '')
      .toLowerCase()
    return /^(\.git|git~\d+)[. ]*(:.*)?$/.test(plain)
  })
}
