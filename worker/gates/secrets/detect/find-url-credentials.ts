import { charactersOf, isIn } from './characters.ts'
import { repeatedShare, whyDummy } from './dummy-value.ts'
import type { Detector } from './secret-match.ts'

const scheme = charactersOf('0-9', 'A-Z', 'a-z', '+.-')
/** Where the part with the user ends, and where an address does. */
const ends = charactersOf('/?# \t\r\n"\'`<>()[]{}\\|,;')
const longestUserInfo = 300
/** What people write where a password would stand. */
const slot =
  /^(?:passw|password|passwd|pwd|secret|token|key|user|username|login|admin|root|postgres|mysql|mongo|redis|guest|test|testing|changeit|foo|bar|baz|abc|xyz|123|1234|12345|123456|p|pw|my-?password|api_?key|access_?token|.{0,3})$/i
/** A weak password is one all the same where the user is not made up too. */
const slotUser = /^(?:(?:db|my|your|test)?[-_]?user(?:_?name)?|name|login|foo|.{0,3})$/i
const localHost =
  /^(?:localhost|127\.|0\.0\.0\.0|\[::1\]|host\.docker\.internal|(?:db|database|postgres|postgresql|mysql|mongo|mongodb|redis|rabbitmq)(?::|\/|$))/i
const exampleHost = /(?:^|\.)(?:example\.(?:com|org|net)|example|test|invalid)(?::|\/|\?|$)/i
const database =
  /^(?:jdbc:)?(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|redis|rediss|amqps?|mssql|sqlserver|oracle|clickhouse|cockroachdb)$/i

/** A user and a password inside an address, of a site or of a database. */
export const urlCredentialDetector: Detector = {
  keywords: ['://'],
  find(text, at) {
    let start = at
    while (start > 0 && at - start < 20 && isIn(scheme, text, start - 1)) start -= 1
    const protocol = text.slice(start, at)
    const userInfo = readUserInfo(text, at + 3)
    if (protocol === '' || userInfo === null) return null
    const { user, password, end } = userInfo
    const host = text.slice(end + 1, end + 80)
    const isSlot = slot.test(password) && (slotUser.test(user) || password.length < 4 || exampleHost.test(host))
    if (isSlot || user === password || whyDummy(password) !== null || repeatedShare(password) > 0.6) return null
    if (localHost.test(host) || !/^[A-Za-z0-9[]/.test(host)) return null
    const isDatabase = database.test(protocol)
    if (exampleHost.test(host) && password.length < 4) return null
    return {
      ...{ rule: isDatabase ? 'connection-string' : 'url-credentials', certainty: 'likely', start, end },
      what: isDatabase ? 'a connection string with a password' : 'an address with a password in it',
    }
  },
}

interface UserInfo {
  readonly user: string
  readonly password: string
  readonly end: number
}

/** Up to the last `@` before the host ends: passwords may have one too. */
function readUserInfo(text: string, from: number): UserInfo | null {
  let colon = -1
  let end = -1
  for (
    let index = from;
    index < text.length && index - from < longestUserInfo && !isIn(ends, text, index);
    index += 1
  ) {
    if (text[index] === ':' && colon === -1) colon = index
    if (text[index] === '@') end = index
  }
  if (colon === -1 || end <= colon + 1) return null
  return { user: text.slice(from, colon), password: text.slice(colon + 1, end), end }
}
