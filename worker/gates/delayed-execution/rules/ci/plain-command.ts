/**
 * Whether a line of a script only starts what the project itself has: its scripts, tests and build, and the packages
 * that its manifests name. Nothing in it is fetched by name, sent, written elsewhere or given as code, and what is
 * expanded goes to a program that only prints, looks or takes away.
 */
export function isPlainCommand(line: string): boolean {
  if (/^#(?!!)/.test(line) && !line.endsWith('\\')) return true
  if (controls.test(line)) return true
  const command = line.replaceAll(givenValue, 'given').replace(/^if (?:! )?(.{1,500}); then$/, '$1')
  const parts = command.split(/ (?:&&|\|\|) /)
  return parts.every((part) => isPlainPart(part.trim()))
}

/** Whether such a line runs code of the project or of its packages; showing or removing files does not. */
export function startsProject(line: string): boolean {
  return isPlainCommand(line) && ownPrograms.test(line) && !startsNothing.test(line)
}

const startsNothing = /^(?:echo|cd|mkdir|ls|pwd|true)\b| (?:-g|--global|-U|--upgrade|config) |--version$/
const givenValue = /\$\{\{\s{0,5}(?:matrix|env)\.[\w.-]{1,60}\s{0,5}\}\}/g
/** Words that only say which lines run. */
const controls = /^(?:then|else|fi|done|set -[a-z]{1,5}(?: -?o? ?pipefail)?|exit \d{1,3}|sleep \d{1,4})$/
/** Where a line's output is shown or dropped. */
const harmlessTarget = /\s{0,3}(?:\d?>&\d|[\d&]?>\s?\/dev\/null|>>\s?"?\$\{?GITHUB_STEP_SUMMARY\}?"?)$/
const characters = /^[\w@./:=,+!~% '"*()[\]-]{0,500}$/
const ownPrograms =
  /^(?:npm|pnpm|yarn|bun|node|cargo|go|python\d?|pytest|tox|nox|hatch|pdm|poetry|uv|make|just|task|rake|bundle|composer|php|phpunit|dotnet|mvn|gradle|sbt|cmake|ctest|ninja|meson|bash|sh|echo|cd|mkdir|ls|pwd|true|(?:\.\/|vendor\/bin\/)[\w./-]{1,100}|[A-Za-z_][\w.-]{0,60}(?:\/(?!\.\.)[\w.-]{1,60}){1,6})(?: |$)/
/** Programs that print, look or take away; whatever stands behind them is neither run nor sent. */
const inertProgram = /^(?:(?:sudo )?rm|echo|cat|ls|which|command -v|mkdir|test|git (?:diff|status|log|describe))(?= )/
/** Of git's own options, those that start and write nothing. */
const inertOption = /^--(?:exit-code|stat|porcelain(?:=v\d)?|tags|abbrev=\d{1,2}|cached|name-only)?$/
const inertWord = /^[^\s"'`$\\;&|<>(){}]{1,300}$/
const variable = /"?\$(?:\{[A-Z_]{1,60}\}|[A-Z_]{1,60})[\w./-]{0,100}"?/g
const inQuotes = /"(?:[^"`$\\]|\$(?=\{?[A-Z_])){0,300}"|'[^']{0,300}'/g
/** Words that fetch, send or set something, or bring code along. */
const reaches =
  /(?:^| )(?:add|adduser|cache|config|create|deploy|dlx|env|exec|get|global|i|init|install|link|login|npx|pip|pkg|plugins?|publish|push|release|remote|require|self|set|token|tool|update|upgrade|upload|vendor|x|--?(?:c|e|eval|config|exec|import|index\S{0,20}|loader|p|package|print|r|registry\S{0,60}|require|source|with))(?:[ =]|$)/i
const fetchedByName = /:\/\/|\w@|\b(?:npm|jsr|git|github|file|https?|data):/i
/** What tox calls one of its own environments. */
const ownEnvironment = /\b(tox(?: run)?) -e [\w.,-]{1,60}/g
/** What the manifests and lockfiles of the project name, what the runner's own catalog has by that name, and newer tools. */
const installsOwn =
  /^(?:(?:npm|pnpm|yarn|bun|bundle|composer) (?:ci|install)(?: --?(?:frozen-lockfile|immutable|ignore-scripts|ignore-engines|engine-strict|include=dev|no-audit|no-fund|prefer-dist|no-progress|no-interaction)){0,5}|composer update(?: --(?:no-interaction|no-progress|prefer-dist|prefer-stable|prefer-lowest)){0,5}|composer config platform\.php \d[\d.]{1,12}|yarn|npm i|npm (?:i|install) (?:-g|--global) npm@(?:latest|\d{1,3}(?:\.\d{1,3}){0,2})|go mod download|(?:python\d? -m )?pip install (?:-e \.|(?:-U|--upgrade) pip)|(?:mvn|\.\/mvnw)(?: (?:clean|install|verify|test|package|-[BUVX]|-D[\w.]{1,60}(?:=true)?|--batch-mode)){1,8}|(?:sudo )?apt-get (?:update|install)(?: (?:-y|-q|-qq|-yqq|--yes|--no-install-recommends|[a-z\d][\w.=+-]{0,60})){0,30}|brew install(?: [a-z\d][\w.+-]{0,60}){1,10}|bundle exec [\w:-]{1,60}(?: [\w:./-]{1,60}){0,5})$/

function isPlainPart(text: string): boolean {
  const part = text.replace(harmlessTarget, '').replaceAll(ownEnvironment, '$1')
  if (part === '' || installsOwn.test(part) || isInert(part)) return true
  return characters.test(part) && ownPrograms.test(part) && !reaches.test(part) && !fetchedByName.test(part)
}

function isInert(part: string): boolean {
  const program = inertProgram.exec(part)?.[0]
  if (program === undefined) return part === 'pwd' || part === 'ls'
  const rest = part.slice(program.length).replaceAll(inQuotes, 'quoted').replaceAll(variable, 'variable')
  const words = rest.split(' ').filter((word) => word !== '')
  const isOption = (word: string) => word.startsWith('-') && program.startsWith('git ')
  return words.every((word) => (isOption(word) ? inertOption.test(word) : inertWord.test(word)))
}
