import { assignmentAt } from './find-assignments.ts'
import { whyNoSecret } from './judge-value.ts'
import type { Detector } from './secret-match.ts'

/** Words in a name that something secret is given to; each whole, but for an "s". */
const nameKeywords = [
  ...[
    'secret',
    'token',
    'password',
    'passwd',
    'passphrase',
    'passcode',
    'pwd',
    'pass',
    'apikey',
    'accesskey',
    'key',
    'auth',
  ],
  ...[
    'authorization',
    'cred',
    'credential',
    'bearer',
    'login',
    'pat',
    'psk',
    'pw',
    'pswd',
    'psswd',
    'pswrd',
    'pssword',
    'pasword',
    'passwrd',
    'crumb',
    'webhook',
    'salt',
    'hmac',
  ],
]

const declaration = /^\s{0,80}(?:const|let|var|val|auto|final|return|if|this|self)\b/

/** Values that only their name gives away, in any language: what no table of providers can know. */
export const namedValueDetector: Detector = {
  keywords: nameKeywords,
  find(text, at, keyword) {
    if (goesOn(text, at + keyword.length)) return null
    const found = assignmentAt(text, at)
    if (found === null || (!found.quoted && isCode(text, found.start, found.end)) || whyNoSecret(found) !== null)
      return null
    const { start, end } = found
    return { rule: 'named-value', what: 'a value that its name calls secret', certainty: 'likely', start, end }
  },
}

/** Bare where a program would have quotes: a variable, a call or a number of the program's, no text. */
function isCode(text: string, start: number, end: number): boolean {
  const stretch = text.slice(Math.max(0, start - 200), start)
  const before = stretch.slice(stretch.lastIndexOf('\n') + 1)
  if (/[?&][\w-]{1,40}=$/.test(before)) return false
  return text[end] === '(' || before.lastIndexOf('(') > before.lastIndexOf(')') || declaration.test(before)
}

/** `pattern` is no `pat`, and `author` no `auth`. */
function goesOn(text: string, end: number): boolean {
  const from = text[end] === 's' ? end + 1 : end
  const code = text.charCodeAt(from)
  return code >= 0x61 && code <= 0x7a
}
