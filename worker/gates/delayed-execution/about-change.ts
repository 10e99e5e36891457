import { createHash } from 'node:crypto'
import type { ChangedFile } from '../change/view-change.ts'
import { traceOfSecret } from '../fingerprint.ts'
import { findSecrets } from '../secrets/detect/find-secrets.ts'

/**
 * What a finding's fingerprint knows of the code behind it: all that the change adds to the file, wherever it stands
 * there. Whoever accepts one command must not have accepted the next one, nor a line that is added to it; so this is
 * a whole digest, that nobody finds a second command for. What looks like a secret is in it by its trace alone.
 */
export function aboutChange({ after, added }: ChangedFile): string {
  const hash = createHash('sha256')
  if (after !== null) hash.update(after.mode)
  if (added.length > 0) hash.update(withoutSecrets(added.map(({ text }) => text).join('\n')))
  else if (after !== null) hash.update(after.content)
  return hash.digest('hex')
}

function withoutSecrets(text: string): string {
  const pieces: string[] = []
  let from = 0
  for (const { rule, start, end } of findSecrets(text)) {
    pieces.push(text.slice(from, start), `(${rule} ${traceOfSecret([text.slice(start, end)])})`)
    from = end
  }
  return [...pieces, text.slice(from)].join('')
}
