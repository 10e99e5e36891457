/** Values of a workflow that cannot lead anywhere: what is compared is whether a change of one is worth a person's time. */

const version =
  /^(?:~>|>=|[v^~]|(?:pypy|jruby|truffleruby|graalpy)-?)?\d{1,9}(?:\.(?:\d{1,9}|x|\*)){0,3}t?(?:-?(?:a|alpha|b|beta|rc|dev|pre|preview|next|lts)[.\d]{0,9}|-v\d{1,9}(?:\.\d{1,9}){0,3}|@(?:dev|alpha|beta|stable))?$/i
export const runnerOfGitHub = /^(?:ubuntu|windows|macos)-[\w.-]{1,30}$/i
const word = /^[\w.+-]{1,60}$/
const listOfWords = /^[\w.+,-]{1,60}$/
const words = /^[\w.+:, \n-]{0,400}$/
const label = /^[\w.+:,/@() \n-]{0,200}$/
const expression = /\$\{\{([^{}]{1,300})\}\}/g
/** The matrix, which is judged by itself, and what nobody writes: numbers, commits and places. */
const givenWord =
  /^(?:matrix\.[\w.-]{1,60}|true|false|\d{1,5}|github\.(?:sha|run_id|run_number|run_attempt|workspace|repository|repository_owner|event_name|workflow|job|event\.(?:number|pull_request\.number|issue\.number))|runner\.(?:os|arch|temp))$/

/** What an input of this name says decides what is run, fetched or handed out. */
const tellingInput =
  /(?:^|[-_])(?:script|run|args?|cmd|commands?|prompt|eval|expression|url|registry|host|server|endpoint|token|key|password|credentials|secrets?|user|username|ref|repo|repository|image|index|source|proxy|entrypoint|shell)(?:[-_]|$)/i
const placeInput = /(?:^|[-_])(?:path|paths|dir|directory|files?)(?:[-_]|$)/i
/** Files by their patterns, under names or as a list. */
const patternsInput = /(?:^|[-_])(?:filters?|globs?|patterns?)$/i
const pattern = /^(?:[\w-]{1,60}:)?\s{0,8}(?:- )?['"]?!?[\w.*{},/-]{0,200}['"]?$/
const placeWithin = /^(?:\.\/)?[\w*@-][\w.*@/-]{0,300}$/
/** Inputs that say how much or how long, and what is kept for the next run. */
const amountInput =
  /^(?:fetch-depth|retention-days|compression-level|check-latest|allow-prereleases?|(?:enable-|bundler-)?cache|cache-dependency-(?:path|glob)|verbosity)$/i
/** Inputs whose text people read, as `actions/stale` has most of them. */
const forPeople =
  /^(?:days-before-[a-z-]{1,40}|(?:exempt|stale|close)-(?:issue|pr|all)-[a-z-]{1,40}|(?:issue|pr|discussion)-(?:lock-)?(?:inactive-days|comment)|(?:[a-z]{1,20}-)?(?:labels?|title|message|description|summary))$/i
/** Inputs that say how much of a history, a log or a file; with one that keeps credentials away see `keepsCredentials`. */
const measure =
  /^(?:fetch-depth|fetch-tags|show-progress|retention-days|compression-level|if-no-files-found|prune-cache|check-latest|allow-prereleases?|timeout(?:[-_]\w{1,20})?)$/i
const sentence = /^[\w .,:!?()#'+-]{0,1000}$/
/** An expansion, a pipe or one more command, where an action pastes its input into a shell. */
const startsShell = /\$\(|`|&&|\|\||;\s|\n/
const versionInput = /(?:^|[-_])versions?$/i
/** A variable of this name decides what programs trust, load or start. */
const tellingVariable =
  /(?:^|_)(?:ARGS?|ENV|SHELL|HOST|REGISTRY|INDEX|CONFIG|TLS|SSL|VERIFY|SECURE|INSECURE|CHECKSUM|SIGN|SCRIPTS?|TRUST|TOKEN|KEY|PASSWORD|SECRET|USER|REPO|REPOSITORY|REF|IMAGE|UNAUTHORIZED|UNSECURE)(?:_|$)|(?:PATH|FLAGS|PROXY|SUMDB|OPTS|OPTIONS|PRELOAD|URL|HOME)(?:_|$)/i

export function isVersion(value: unknown): boolean {
  return version.test(String(value))
}

/** In a job that holds nothing, where this part of the matrix is not pasted into a script, also a name with spaces. */
export function isHarmlessInMatrix(value: unknown, isPasted: boolean): boolean {
  return isPasted ? listOfWords.test(String(value)) : label.test(String(value)) && !String(value).includes('://')
}

export function isHarmlessVariable(name: string, value: unknown): boolean {
  return !tellingVariable.test(name) && word.test(plain(value))
}

/** A number or a list of words for an input that leads nowhere. A switch may be one that keeps something away. */
export function isHarmlessInput(name: string, value: unknown, mayBeAnyText: boolean): boolean {
  const apart = name.replaceAll(/([a-z])([A-Z])/g, '$1-$2')
  if (amountInput.test(name)) return !plain(value).includes('${')
  const lines = plain(value)
    .split('\n')
    .flatMap((line) => line.trim() || [])
  if (placeInput.test(apart)) return !plain(value).includes('..') && lines.every((line) => placeWithin.test(line))
  if (patternsInput.test(apart)) return lines.every((line) => pattern.test(line))
  const isHarmless = mayBeAnyText ? isLiteral(value) && !startsShell.test(plain(value)) : words.test(plain(value))
  return typeof value !== 'boolean' && !tellingInput.test(apart) && isHarmless
}

/** What an action says to people, or by which labels and after how long: also beside a secret, if no expression is in it. */
export function isWordForPeople(name: string, value: unknown): boolean {
  return forPeople.test(name) && sentence.test(String(value).trimEnd())
}

/** Whatever the job holds: how much is fetched, told or kept. */
export function isMeasure(name: string, value: unknown): boolean {
  const restoresNothing = /^(?:(?:enable|bundler)-)?cache$/i.test(name) && String(value) === 'false'
  return restoresNothing || (measure.test(name) && /^\w{1,12}$/.test(String(value)))
}

/** What an input of an action is without being given: a switch, a number or words that lead nowhere. */
export function isHarmlessDefault(name: string, value: unknown): boolean {
  if (value === null || typeof value === 'boolean') return true
  return !tellingInput.test(name) && !placeInput.test(name) && sentence.test(String(value))
}

/** What an action of the repository itself is told, in a job that holds nothing: it could as well say so in its code. */
export function isLiteral(value: unknown): boolean {
  return !/\$\{|:\/\//.test(plain(value))
}

/** Versions of what is installed, one or several; whatever is newest only where that may be. */
export function isVersionInput(name: string, value: unknown, mayFloat: boolean): boolean {
  const floats = (one: string) => mayFloat && /^(?:latest|stable|lts\/\*)$/.test(one)
  const listed = plain(value)
    .replaceAll('matrix', '1')
    .split(/[\s,]+/)
  return versionInput.test(name) && listed.every((one) => one === '' || isVersion(one) || floats(one))
}

function plain(value: unknown): string {
  return String(value).replaceAll(expression, (whole, inner: string) => (isGiven(inner) ? 'matrix' : whole))
}

/** Nothing but such values, and a choice between words by them. */
function isGiven(inner: string): boolean {
  const words = inner.replaceAll(/'[\w .+-]{0,60}'/g, 'true').split(/[\s()=!<>&|]+/)
  return words.every((word) => word === '' || givenWord.test(word))
}
