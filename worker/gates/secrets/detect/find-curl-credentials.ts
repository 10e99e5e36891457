import { Buffer } from 'node:buffer'
import { whyDummy } from './dummy-value.ts'
import { entropyOf } from './entropy.ts'
import type { Detector } from './secret-match.ts'

/** As much of a command as is looked at, its continued lines included. */
const longestCommand = 2000
const user =
  /(?:^|\s)(?:-u|--user|-U|--proxy-user)[ =]{0,4}(?:"([^"\n]{1,200})"|'([^'\n]{1,200})'|([^\s"'<>|;]{1,200})(?:['"]([^\s'"]{1,100})['"])?)(?::"([^"\n]{1,200})")?/
const header =
  /(?:-H|--header)[ =]{0,4}(["'])(?:(?:Proxy-)?Authorization:\s{0,4}(?:(?:Basic|Bearer|Token|Api-Token|ApiKey|Digest|GenieKey|key)[ =]{0,2})?|(?:X-[A-Za-z-]{0,30}(?:Key|Token|Auth|Secret)|Api-?Key|PRIVATE-TOKEN|Access-?Token|[A-Za-z-]{0,20}-token):\s{0,4})([^"'\s]{1,2000})\1/i
const noPassword =
  /^(?:pass(?:word|wd)?|pwd|secret|token|test\w*|user\w*|yyy|admin|root|key|\w{0,3}|<.*>|\[.*\]|my-?password|\*+)$/i

/** Passwords and tokens on the command line of curl: in scripts, in documents, in logs. */
export const curlDetector: Detector = {
  keywords: ['curl '],
  seenTo: (text, at) => at + commandAt(text, at).length,
  find(text, at) {
    const command = commandAt(text, at)
    const found = findUser(command) ?? findHeader(command)
    if (found === null) return null
    return {
      rule: 'curl-credentials',
      what: 'a credential on a command line',
      certainty: 'likely',
      start: at + found.index,
      end: at + found.index + found.length,
    }
  },
}

/** To the end of its line, and on where the line ends with a backslash. */
function commandAt(text: string, at: number): string {
  const stretch = text.slice(at, at + longestCommand)
  const lines = stretch.split('\n')
  const last = lines.findIndex((line) => !/\\\s{0,3}$/.test(line))
  return lines.slice(0, last + 1 || lines.length).join('\n')
}

function findUser(command: string) {
  const match = user.exec(command)
  if (match === null) return null
  const [all, double, single, bare, behind, second] = match
  const given = double ?? single ?? `${bare ?? ''}${behind ?? ''}`
  const colon = given.indexOf(':')
  const [name, password] =
    second !== undefined
      ? [given, second]
      : colon === -1
        ? [given, '']
        : [given.slice(0, colon), given.slice(colon + 1)]
  // A key that is its own user name, as of Stripe, stands before the colon.
  const secrets = [password, ...(colon !== -1 && password === '' ? [name] : [])]
  if (/\{\{|[[(]/.test(given)) return null
  if (
    !secrets.some(
      (one) =>
        !noPassword.test(one) && whyDummy(one.replace(/^\{|\}$/g, '')) === null && one.length >= 4 && !/^\$/.test(one),
    )
  )
    return null
  return { index: match.index, length: all.length }
}

function findHeader(command: string) {
  const match = header.exec(command)
  const value = match?.[2] ?? ''
  if (match === null || value.length < 8 || /[{([]/.test(value) || whyDummy(value) !== null || entropyOf(value) < 2.5)
    return null
  if (/Basic[ =]/.test(match[0]) && !isPair(Buffer.from(value, 'base64').toString('latin1'))) return null
  return { index: match.index, length: match[0].length }
}

/** A user and a password with a colon between them, all of it printable. */
function isPair(text: string): boolean {
  return text.includes(':') && /^[\x20-\x7e]*$/.test(text)
}
