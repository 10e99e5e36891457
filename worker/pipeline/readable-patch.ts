import { Buffer } from 'node:buffer'

/**
 * A patch of git's for a person: binary content is left out, bytes that are no UTF-8 are replaced. At most `max`
 * characters and a last line that says how many are missing. What it says is still whoever's wrote the change.
 */
export function readablePatch(patch: Uint8Array, max = Number.POSITIVE_INFINITY): string {
  const text = withoutBinaries(Buffer.from(patch).toString('utf8'))
  return text.length <= max ? text : `${text.slice(0, max)}\n… and ${text.length - max} more characters\n`
}

const binary = '\nGIT binary patch\n'
const nextFile = '\ndiff --git '

/**
 * By git's own line ends alone: lines of a file begin with a blank, a plus or a minus, and names are quoted, so no change
 * can say these lines itself and hide what follows.
 */
function withoutBinaries(patch: string): string {
  let shown = ''
  let at = 0
  for (let found = patch.indexOf(binary); found >= 0; found = patch.indexOf(binary, at)) {
    const end = patch.indexOf(nextFile, found)
    shown += `${patch.slice(at, found)}\nBinary, not shown.\n`
    at = end < 0 ? patch.length : end + 1
  }
  return shown + patch.slice(at)
}
