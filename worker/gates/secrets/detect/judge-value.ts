import { Buffer } from 'node:buffer'
import { whyDummy } from './dummy-value.ts'
import { entropyOf } from './entropy.ts'
import type { Assignment } from './find-assignments.ts'
import { judgeName, type Strength, wordsOf } from './judge-name.ts'
import { shortestOf } from './token-format.ts'
import { tokenFormats } from './token-formats.ts'

/** What stands before a token in a header. */
const scheme = /^(?:Bearer|Basic|Token|FlyV1|Api-?(?:Token|Key)|SSWS|Splunk|Bot|GenieKey|Klaviyo-API-Key) /i
const uuid = /^\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i
const hexOnly = /^(?:0x)?[0-9a-f]+$/i
const digitsOnly = /^\d+$/
const startsPath = /^(?:\.{0,2}\/|[A-Za-z]:\\|~\/)|:\/\//
const fileName = /^[\w-]+(?:\.[\w-]+)*\.(?:[a-z]{2,4}|json|yaml|html|properties|keystore)$/i
/** `^4.0.0`, `npm:^4.0.0`, `npm:other@1.2.3-beta.1`: packages have such names as `js-tokens`. */
const version =
  /^(?:(?:npm|jsr|workspace):(?:@?[\w./-]{1,100}@)?)?[v^~<>=]{0,3}\d{1,6}(?:\.(?:\d{1,8}|[x*])){1,3}(?:[-+][\w.-]{1,40})?$/
const mail = /^[^@\s]+@[^@\s]+\.[a-z]{2,}$/i
const codeLike = /[()[\]{}<>;]|=>|\s/
const memberAccess = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+$/
/** `NV2080_CTRL_CMD_KEY`: programs' constants are named so. */
const constantName = /^[A-Z][A-Z0-9]{0,15}(?:_[A-Z0-9]{1,20}){2,12}$/
const passwordWord =
  /^(?:[a-z]{0,20}(?:password|passwd|pass)|passw|passwords|passphrase|pwd|pw|passcode|ps{1,2}w(?:or|r)?d|pas{1,2}w(?:r|or)?d|pas{1,2}wrd)$/
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html */
const awsSecretName = /aws_?secret_?(?:access_?)?key$/i
const awsSecret = /^[A-Za-z0-9+/]{40}$/
const shortestToken = 10
const shortestPassword = 8

/** Prefixes long enough that nothing else begins so, and how long a whole token is at least. */
const tellingPrefixes = tokenFormats.flatMap((format) =>
  format.prefixes
    .filter((prefix) => prefix.length >= 5 && /[-_.]$/.test(prefix))
    .map((prefix) => ({ prefix, shortest: shortestOf(format, prefix) })),
)

/** What begins like a token of a known form and ends too early. Whole ones were found by their form. */
function isCutOff(value: string): boolean {
  const begun = tellingPrefixes.filter(({ prefix }) => value.startsWith(prefix))
  return begun.length > 0 && begun.every(({ shortest }) => value.length < shortest)
}

/** Why what a name is given is no secret, in words that can be shown; null: it looks like one. Pure. */
export function whyNoSecret({ name, value, quoted }: Assignment): string | null {
  const strength = judgeName(name)
  if (strength === null) return 'the name says nothing of a secret'
  const bare = value.replace(scheme, '').trim()
  if (/^Basic /i.test(value)) return 'a user and a password, judged by what they say'
  const dummy = whyDummy(bare)
  if (dummy !== null) return dummy
  if (awsSecretName.test(name)) return awsSecret.test(bare) ? null : 'not of the form that AWS gives its secrets'
  if (codeLike.test(bare) && !(quoted && (isPasswordName(name) || isSymbolsByChance(bare)))) return 'code or prose'
  if (/\s/.test(bare)) return 'code or prose'
  if (!quoted && memberAccess.test(bare) && !/\d.*\d.*\d/.test(bare)) return 'code'
  if (mail.test(bare)) return 'an address'
  if (isPath(bare)) return 'a path or an address'
  if (isCutOff(bare)) return 'the beginning of a token, not a whole one'
  // What NuGet calls so is a password, be it a word or not.
  if (/^ClearTextPassword$/i.test(name)) return entropyOf(bare) < 2.8 ? 'too regular' : null
  if (isPasswordName(name)) return whyNoPassword(bare, quoted)
  return whyNoToken(name, bare, strength, quoted)
}

function isPasswordName(name: string): boolean {
  return wordsOf(name).some((one) => passwordWord.test(one))
}

function whyNoToken(name: string, value: string, strength: Strength, quoted: boolean): string | null {
  if (value.length < shortestToken) return 'too short'
  if (version.test(value)) return 'a version'
  if (uuid.test(value)) return strength === 'strong' || wordsOf(name).at(-1) === 'key' ? null : 'a UUID'
  if (digitsOnly.test(value))
    return strength === 'strong' && value.length >= 15 && entropyOf(value) > 1.8 ? null : 'a number'
  if (hexOnly.test(value))
    return value.length >= (strength === 'strong' ? 16 : 32) && entropyOf(value) > 2.8 ? null : 'a short number'
  const enough = strength === 'strong' ? 2.9 : 3.4
  if (entropyOf(value) < enough) return 'too regular'
  if (isWords(value)) return 'words'
  if (!/\d/.test(value) && (strength === 'weak' || value.length < 20)) return 'no digit'
  // By a `key` alone things are looked up.
  if (!quoted && /^keys?$/.test(name)) return 'the name says nothing of a secret'
  if (strength === 'weak' && !(quoted ? value.length >= 16 : looksLikeChance(value)))
    return 'too short for what its name says'
  return null
}

function whyNoPassword(value: string, quoted: boolean): string | null {
  if (value.length < shortestPassword) return 'too short'
  if (!/[A-Za-z]/.test(value)) return 'a number'
  if (!/\d/.test(value) && !(quoted && (hasSign(value) || isLongAndMixed(value)))) return 'a word'
  if (entropyOf(value) < 2.8) return 'too regular'
  if (/passw(?:or)?d/i.test(value)) return 'the word of an example'
  if (!quoted && /^[a-z]+\d*$/.test(value) && value.length < 12) return 'a word'
  if (/^(?:pass|test|admin|root|user|demo|guest|default|secret|qwerty|letmein|welcome)[a-z]*[\d!@#]*$/i.test(value))
    return 'the word of an example'
  return null
}

/** A sign in a word that no sentence and no name has there: `super$ecret`, `un!tech`. */
function hasSign(value: string): boolean {
  return /^[\w!$#^*+~]{8,64}$/.test(value) && /[A-Za-z][$#^*+~]|[A-Za-z][!][A-Za-z]/.test(value) && !/^[#$]/.test(value)
}

/** What can stand without a name that is given it: chance, or a UUID. Pure. */
export function isSecretByChance(value: string): boolean {
  return uuid.test(value) || looksLikeChance(value)
}

function isLongAndMixed(value: string): boolean {
  return value.length >= 20 && /^[A-Za-z]+$/.test(value) && /[a-z][A-Z]/.test(value) && !isWords(value)
}

/** Long, of letters and digits that take turns: what nobody types and no program counts up. */
function looksLikeChance(value: string): boolean {
  if (value.length < 20 || !/^[A-Za-z0-9+/=_.:!-]+$/.test(value) || isWords(value)) return false
  if (saysText(value)) return false
  const changes = value.match(/\d(?=[A-Za-z])|[A-Za-z](?=\d)/g)?.length ?? 0
  return changes * 8 >= value.length && entropyOf(value) >= 3.5
}

/** What base64 says to a reader is judged as what it says. */
function saysText(value: string): boolean {
  const decoded = Buffer.from(value, 'base64')
  return decoded.every((byte) => byte >= 0x20 && byte < 0x7f)
}

/** As frameworks make their keys: letters, digits and many signs, one like another. A pattern has its own signs. */
function isSymbolsByChance(value: string): boolean {
  if (value.length < 24 || value.length > 128 || /\s|a-z|A-Z|0-9|\\[dwsSb]|\(\?|\$\{|=>|::|\.\w+\(/.test(value))
    return false
  const signs = value.match(/[^A-Za-z0-9\s]/g) ?? []
  return new Set(signs).size >= 5 && signs.length * 8 >= value.length && /\d/.test(value) && entropyOf(value) >= 4.2
}

/**
 * Names and sentences, not chance: letters in runs that can be spoken, with few digits among them. Chance puts a vowel
 * into one place of five and digits between letters everywhere; words have twice as many vowels, and digits at their end.
 */
export function isWords(value: string): boolean {
  const runs = value.match(/[A-Za-z]+/g) ?? []
  const letters = runs.join('')
  const digits = value.match(/\d/g)?.length ?? 0
  if (letters.length === 0) return false
  const changes = value.match(/\d(?=[A-Za-z])|[A-Za-z](?=\d)/g)?.length ?? 0
  if (/^(?:[A-Za-z]{2,}\d{0,4}[-_.:])+\d+(?:\.\d+){0,3}$/.test(value) || constantName.test(value)) return true
  if (changes > 2 || digits * 4 > value.length) return false
  const words = value.replace(/([a-z])([A-Z])/g, '$1 $2').match(/[A-Za-z]+/g) ?? []
  const spoken = words.filter((one) => (one.length <= 2 ? /[aeiouy]/i.test(one) : canBeSpoken(one))).join('').length
  return spoken * 4 >= letters.length * 3
}

function canBeSpoken(word: string): boolean {
  const vowels = word.match(/[aeiouy]/gi)?.length ?? 0
  const sameCase = /^(?:[A-Z]?[a-z]+|[A-Z]+)$/.test(word)
  return (
    sameCase &&
    vowels * 5 >= word.length &&
    vowels * 3 <= word.length * 2 + 1 &&
    !/[bcdfghjklmnpqrstvwxz]{5}|[aeiouy]{4}/i.test(word)
  )
}

/** Base64 has slashes too: what stands between them tells. */
function isPath(value: string): boolean {
  if (startsPath.test(value) || fileName.test(value)) return true
  const parts = value.split('/')
  return parts.length > 1 && parts.every((part) => isWords(part) || /^[\d.v]*$/.test(part))
}
