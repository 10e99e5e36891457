/**
 * Whether a line of a script only starts what the project itself has: its scripts, tests and build, and the packages
 * that its manifests name. Nothing in it is expanded, fetched by name, sent, written elsewhere or given as code.
 */
export function isPlainCommand(line: string): boolean {
  if (/^#(?!!)/.test(line) && !line.endsWith('\\')) return true
  const parts = line.replaceAll(/\$\{\{\s{0,5}(?:matrix|env)\.[\w-]{1,60}\s{0,5}\}\}/g, 'given').split(' && ')
  return parts.every((part) => isPlainPart(part.trim()))
}

const characters = /^[\w@./:=,+!~% '"*()[\]-]{0,500}$/
const ownPrograms =
  /^(?:npm|pnpm|yarn|bun|node|cargo|go|python\d?|pytest|tox|nox|hatch|pdm|poetry|uv|make|just|task|rake|bundle|composer|php|phpunit|dotnet|mvn|gradle|sbt|cmake|ctest|ninja|meson|bash|sh|echo|cd|mkdir|ls|pwd|true|(?:\.\/|vendor\/bin\/)[\w./-]{1,100})(?: |$)/
/** Words that fetch, send or set something, or bring code along. */
const reaches =
  /(?:^| )(?:add|adduser|cache|config|create|deploy|dlx|env|exec|get|global|i|init|install|link|login|npx|pip|pkg|plugins?|publish|push|release|remote|require|self|set|token|tool|update|upgrade|upload|vendor|x|--?(?:c|e|eval|config|exec|import|index\S{0,20}|loader|p|package|print|r|registry\S{0,60}|require|source|with))(?:[ =]|$)/i
const fetchedByName = /:\/\/|\w@|\b(?:npm|jsr|git|github|file|https?|data):/i
/** What the manifests and lockfiles of the project name, and nothing else. */
const installsOwn =
  /^(?:(?:npm|pnpm|yarn|bun|bundle|composer) (?:ci|install)(?: --?(?:frozen-lockfile|immutable|ignore-scripts|no-audit|no-fund|prefer-dist|no-progress|no-interaction)){0,5}|yarn|npm i|go mod download|(?:python\d? -m )?pip install -e \.|(?:mvn|\.\/mvnw)(?: (?:clean|install|verify|test|package|-[BUVX]|-D[\w.]{1,60}(?:=true)?|--batch-mode)){1,8}|sudo apt-get (?:update|install)(?: (?:-y|-q|-qq|-yqq|--yes|--no-install-recommends|[a-z\d][\w.=+-]{0,60})){0,30}|bundle exec [\w:-]{1,60}(?: [\w:./-]{1,60}){0,5})$/

function isPlainPart(part: string): boolean {
  if (part === '' || installsOwn.test(part)) return true
  return characters.test(part) && ownPrograms.test(part) && !reaches.test(part) && !fetchedByName.test(part)
}
