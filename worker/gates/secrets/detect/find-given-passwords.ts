import { Buffer } from 'node:buffer'
import { whyDummy } from './dummy-value.ts'
import { isWords } from './judge-value.ts'
import type { Detector } from './secret-match.ts'

/** As much of a command or a call as is looked at. */
const longest = 400

/** Where a password stands without a name: by the word that begins the command or the call. */
const places: ReadonlyMap<string, RegExp> = new Map([
  ['sshpass ', /^sshpass\s{1,5}-p\s{0,3}["']?([^\s"']{6,100})/i],
  ['mysql ', /^mysql\s[^\n|;]{0,200}?\s?-p["']?([^\s"'-][^\s"']{5,100})/i],
  ['mysqldump ', /^mysqldump\s[^\n|;]{0,200}?\s-p["']?([^\s"'-][^\s"']{5,100})/i],
  ['docker login ', /^docker login\s[^\n|;]{0,200}?\s?-p\s{0,3}["']?([^\s"'-][^\s"']{5,100})/i],
  [
    'machine ',
    /^machine\s{1,5}[\w.-]{1,100}\s{1,20}login\s{1,5}\S{1,100}\s{1,20}password\s{1,5}["']?([^\s"']{6,200})/i,
  ],
  ['convertto-securestring ', /^convertto-securestring\s{1,5}(?:-string\s{1,5})?["']([^"'\n]{6,100})["']/i],
  [
    'networkcredential(',
    /^networkcredential\(\s{0,5}@?["'][^"'\n]{1,80}["']\s{0,5},\s{0,5}@?["']([^"'\n]{8,100})["']/i,
  ],
  [
    'directoryentry(',
    /^directoryentry\(\s{0,5}@?["'][^"'\n]{1,120}["']\s{0,40},\s{0,40}@?["'][^"'\n]{1,80}["']\s{0,5},\s{0,40}@?["']([^"'\n]{8,100})["']/i,
  ],
  ['psexec', /^psexec(?:64)?(?:\.exe)?\s[^\n|;]{0,200}?\s-p\s{1,3}["']?([^\s"'-][^\s"']{7,100})/i],
  [
    'unseal',
    /^unseal(?:[ _-]?key)?(?:[ _-]?\d{1,2})?["']?\s{0,3}[:=]?\s{0,3}["']?([A-Za-z0-9+/]{43,44}=?)(?![A-Za-z0-9+/=])/i,
  ],
  [
    'auth.login_with_api_key',
    /^auth\.login_with_api_key["']\s{0,5},\s{0,20}["']params["']\s{0,5}:\s{0,5}\[\s{0,40}["']([^"'\n]{20,100})["']/i,
  ],
  [
    'variable "',
    /^variable "[^"\n]{0,80}(?:token|secret|password|api_?key|access_?key)"\s{0,5}\{[^}]{0,200}?\bdefault\s{0,10}=\s{0,3}"([^"\n]{16,200})"/i,
  ],
  // SQL's own words, in whatever tool they are handed to.
  ['identified by ', /^identified by (?:password )?["'`]?([^\s"'`;]{8,100})/i],
  ['identified with ', /^identified with ["'`]?\w{1,40}["'`]? (?:by|as) ["'`]([^\s"'`;]{8,100})/i],
  [
    ' role ',
    /^ role ["'`]?[\w$-]{1,60}["'`]?(?: with)?(?: (?:superuser|login|createdb|encrypted)){0,4} password ["'`]?([^\s"'`;]{8,100})/i,
  ],
  [
    ' user ',
    /^ user (?:if not exists )?["'`]?[\w$-]{1,60}["'`]?(?: with)?(?: (?:superuser|login|createdb|encrypted)){0,4} password ["'`]?([^\s"'`;]{8,100})/i,
  ],
  ['basicauth(', /^basicauth\(\s{0,3}["'][^"'\n]{1,80}["']\s{0,3},\s{0,3}["']([^"'\n]{6,100})["']/i],
  ['auth=(', /^auth=\(\s{0,3}["'][^"'\n]{1,80}["']\s{0,3},\s{0,3}["']([^"'\n]{6,100})["']/i],
])

/** Passwords given to a program or a function by their place alone. */
export const givenPasswordDetector: Detector = {
  keywords: [...places.keys()],
  find(text, at, keyword) {
    const match = places.get(keyword)?.exec(text.slice(at, at + longest))
    const value = match?.[1] ?? ''
    if (!match || !isPassword(value)) return null
    const end = at + match.index + match[0].lastIndexOf(value) + value.length
    const what = 'a password given to a command or a call'
    return { rule: 'given-password', what, certainty: 'likely', start: end - value.length, end }
  },
}

const basic = /^basic\s{1,3}([A-Za-z0-9+/]{12,400}={0,2})(?![A-Za-z0-9+/=._-])/i

/** User and password of HTTP's Basic scheme: base64 hides nothing. RFC 7617. */
export const basicAuthDetector: Detector = {
  keywords: ['basic '],
  find(text, at) {
    const match = basic.exec(text.slice(at, at + longest + 20))
    const decoded = Buffer.from(match?.[1] ?? '', 'base64').toString('latin1')
    const [, password = ''] = /^[\x21-\x7e]{0,100}?:([\x21-\x7e]{4,200})$/.exec(decoded) ?? []
    if (!match || !isPassword(password)) return null
    const end = at + match[0].length
    return { rule: 'basic-auth', what: 'a user and a password in base64', certainty: 'likely', start: at, end }
  },
}

function isPassword(value: string): boolean {
  return /[^A-Za-z]/.test(value) && !/^[$%]/.test(value) && !isWords(value) && whyDummy(value) === null
}
