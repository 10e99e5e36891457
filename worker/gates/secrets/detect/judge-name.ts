/** How much a name says that what it is given is secret. */
export type Strength = 'strong' | 'weak'

const strongWords = new Set(
  'secret secrets token tokens password passwords passwd passphrase pwd apikey apikeys apitoken accesstoken authtoken accesskey secretkey privatekey pgpassword dbpassword rootpassword userpassword adminpassword clientsecret appsecret credential credentials creds cred bearer authorization passcode pat psk crumb pswd psswd pswrd passwrd pssword pasword passw aeskey'.split(
    ' ',
  ),
)
const weakWords = new Set(
  'pass pw key keys auth login signature hmac salt webhook cookie session seed mnemonic pin sas'.split(' '),
)
/** Written as one word with what stands before it: `openweatherapikey`, `storageaccountkey`. */
const gluedStrong =
  /[a-z](?:apikey|apitoken|access(?:key|token)|accountkey|authkey|licensekey|(?:private|secret|master)key|secret|token|password|passwd|pwd|passphrase)$|^(?:mysql|pg|db|smtp|ftp|mail|user|root|admin|auth|login|ssh|proxy|my)pass$/
/** The same, of what says less; a monkey's tail is no key, but what such a word is given does not look like chance. */
const gluedWeak = /[a-z]{2}key$/
/** `key` with one of these before it is as good as `secret`. */
const keyQualifiers = new Set(
  'api access secret private encryption encrypt signing service account master app application client admin shared deploy auth rest storage subscription consumer license live prod production webhook hmac jwt session cloud server bot'.split(
    ' ',
  ),
)
/** What is named so is not the secret but something about it. */
const aboutWords = new Set(
  'id ids identifier name names url uri urls endpoint path file filename dir directory folder type types size length len count version field fields column header headers param params parameter prefix suffix algorithm algo alg expires expiry expiration expire ttl timeout hash hashes tag format issuer location host hostname arn region regex pattern label selector index mode enabled required source policy provider method service status state ref uuid env var variable placeholder hint title message error description desc text class style icon scope scopes role user username email domain port address limit max min rate cost budget usage chars charset strength rules validator validation manager factory store storage cache handler helper util utils config settings options opts spec schema model table row list map set array event events listener callback func function test tests example sample template doc docs help pair pairs ring code press pressed down up board words word space date time at on by for of in is has with no not can should must mask'.split(
    ' ',
  ),
)
/** Anywhere in a name: public, or made for everybody who looks. */
const openWords = new Set(
  'public pub csrf xsrf authenticity accessor nonce captcha sitekey site recaptcha integrity checksum sha md5 sha1 sha256 sha512 digest fingerprint commit rev revision srcrev etag foreign primary sort partition cache bucket row column next page pagination continuation cursor idempotency websocket socket translation i18n locale'.split(
    ' ',
  ),
)

const openStart = /^(?:public|pub|csrf|xsrf|captcha|recaptcha|page|next|continuation|cancellation|sub|non)/

/** Whoever names a value so says that it is made up. */
const exampleNames = new Set('example sample dummy fake mock invalid wrong bad expected matching stub foo'.split(' '))

/** What a name says of its value; null: nothing. Pure. */
export function judgeName(name: string): Strength | null {
  const words = wordsOf(name)
  if (words.some((one) => openWords.has(one) || exampleNames.has(one))) return null
  const last = words.at(-1) ?? ''
  if (aboutWords.has(last) && !(strongWords.has(last) || weakWords.has(last))) return null
  if (words.some((one) => strongWords.has(one) || (gluedStrong.test(one) && !openStart.test(one)))) return 'strong'
  for (const [index, one] of words.entries()) {
    if ((one === 'key' || one === 'keys') && keyQualifiers.has(words[index - 1] ?? '')) return 'strong'
  }
  return words.some((one) => weakWords.has(one) || gluedWeak.test(one)) ? 'weak' : null
}

/** `someAPIKey_v2` is `some api key v2`. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .flatMap((one) => one.replace(/\d{1,80}$/, '') || one)
    .filter((one) => one !== '')
}
