import type { Severity } from '../../../../contract/index.ts'
import { isProse, isTest } from '../../../change/classify-path.ts'
import type { AddedLine, ChangedFile } from '../../../change/view-change.ts'
import { mostContinued } from '../../find-word-lines.ts'
import { whenLinesAdded } from '../../match/when-lines-added.ts'
import type { Change, Hit, Rule } from '../../rule.ts'
import { decodedBefore, decodedCalls } from './decoded-calls.ts'
import { linesThatRunDecoded } from './decoded-variables.ts'

const whereverItRuns = 'It would run whenever this file is run.'

/** All repetition is bounded: a line may be megabytes long. */
const downloadAndRun = [
  // curl … | sudo -E bash -
  /\b(?:curl|wget|iwr|irm|Invoke-WebRequest|Invoke-RestMethod)\b[^|]{0,300}\|\s{0,10}(?:sudo\s{1,5}(?:-\w{1,10}\s{1,5}){0,3})?(?:\/usr)?(?:\/bin\/)?(?:env\s{1,5})?(?:(?:ba|z|da|k|a)?sh|iex|Invoke-Expression|pwsh|powershell)\b/i,
  // curl … | python3 -, but not | python3 -m json.tool
  /\b(?:curl|wget)\b[^|]{0,300}\|\s{0,10}(?:sudo\s{1,5})?(?:python[\d.]{0,4}|node|bun|deno|perl|ruby|php)(?:\s{1,5}-)?\s{0,5}(?:$|[;&|)"'`])/i,
  // bash <(curl …), sh -c "$(curl …)", eval `curl …`
  /\b(?:(?:ba|z|da)?sh|eval|source)\s{1,5}(?:-c\s{1,5})?["']?(?:<\(|\$\(|`)\s{0,5}(?:curl|wget)\b/i,
  // iex (iwr …)
  /\biex\s{0,5}\(?\s{0,5}\(?\s{0,5}(?:iwr|irm|New-Object\s{1,5}Net\.WebClient)\b/i,
]
/** base64 -d | sh, base64 -d > file && bash file, powershell -EncodedCommand … */
const decodeAndRun = [
  /\bbase64\s{1,5}(?:-d|--decode)\b.{0,300}(?:[|;&(\s]|\/bin\/)(?:ba|z|da)?sh(?:\s|$|["'`);])/i,
  // base64 -d | python3 -, xxd -r -p | bash
  /\b(?:base64\s{1,5}(?:-d|-D|--decode)|xxd\s{1,5}-r)\b[^|]{0,100}\|\s{0,10}(?:sudo\s{1,5})?(?:(?:ba|z|da)?sh|python[\d.]{0,4}|node|perl|ruby|php)(?:\s{1,5}-)?\s{0,5}(?:$|[;&|)"'`])/i,
  /-(?:enc|EncodedCommand)\s{1,5}[A-Za-z0-9+/=]{40}/i,
]
/** A function that runs text, and a text that is all escapes. */
const runsEscapes = /\b(?:eval|Function|exec)\s{0,5}\(\s{0,5}["'`](?:\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\[0-7]{3}){4}/i
/** env | base64 | curl -d @- … */
const pipesEnvironment =
  /(?:^|[\s;&|(`"'])(?:printenv|env|export -p|set)\s{0,5}(?:\|\s{0,5}(?:base64|gzip|xxd|jq|sort|grep)\b[^|]{0,80}){0,3}\|\s{0,5}(?:sudo\s{1,5})?(?:curl|wget|nc|ncat|netcat|socat)\b/
/** curl -d "$(env)" … */
const environmentInside = /(?:\$\(|`)\s{0,5}(?:printenv|env)\s{0,5}(?:\||\)|`)/g
const downloader = /\b(?:curl|wget)\b/
/** The whole environment as one value, which matters beside what sends it: fetch(…, { body: JSON.stringify(process.env) }) */
const wholeEnvironment =
  /JSON\.stringify\(\s{0,5}process\.env\s{0,5}[,)]|\bdict\(\s{0,5}os\.environ\s{0,5}\)|json\.dumps\([^)]{0,20}os\.environ\b|=\s{0,5}os\.environ\s{0,5}[,)]/g
const request = /\b(?:fetch|axios|request|requests|post|put|send|urlopen)\b/i
/** Characters. */
const reach = 300
const processMemory = /\/proc\/(?:self|\d{1,10}|\$\{?\w{1,30}\}?|\*|\{\w{0,30}\})\/(?:mem|environ)\b/
const startsDownload = [
  /\bcertutil(?:\.exe)?\s.{0,100}-urlcache\b|\bbitsadmin(?:\.exe)?\s.{0,100}\/transfer\b/i,
  /\b(?:exec|execSync|execFile|execFileSync|spawn|spawnSync|system|popen|run|check_output|check_call|shell_exec|passthru|Command::new|ProcessBuilder|\$)\s{0,5}[(`]\s{0,5}\[?\s{0,5}["'`]?(?:\/usr\/bin\/)?(?:curl|wget|powershell|certutil|bitsadmin)\b/i,
]
const downloaders = ['curl', 'wget', 'iwr', 'irm', 'Invoke-WebRequest', 'Invoke-RestMethod', 'Net.WebClient']
const decoders = [
  ...['atob', 'b64decode', 'fromhex(', 'unhexlify', 'base64_decode', 'gzinflate', 'str_rot13', 'Buffer.from('],
  ...['String.fromCharCode', 'codecs.decode', 'FromBase64String'],
  ...['decode64', 'decode_base64', 'unpack', 'marshal.loads', 'zlib', 'getDecoder()', '.hex.chr'],
]
/** How an escape begins: by number in three bases. */
const escapes = ['x', 'u', '0', '1', '2', '3', '4', '5', '6', '7'].map((character) => `\\${character}`)

export const textRules: readonly Rule[] = [
  {
    id: 'download-and-run',
    severity: 'block',
    paths: ['**'],
    words: downloaders,
    when: 'It would run whatever a server gives at that moment, whenever this file is run.',
    mend: 'Download a fixed version, compare its checksum, then run it.',
    match: whenLinesAdded('This line pipes a download into an interpreter.', lineMatches(downloadAndRun), weigh),
  },
  {
    id: 'decode-and-run',
    severity: 'block',
    paths: ['**'],
    words: ['base64', 'xxd', '-enc', ...decoders, ...escapes],
    when: `${whereverItRuns} Nobody can read what it does.`,
    mend: 'Write the code out.',
    match: whenLinesAdded(
      'This line runs code that it decodes first.',
      lineMatches([...decodeAndRun, runsEscapes]),
      weighDecoded,
    ),
  },
  {
    id: 'decode-and-run',
    severity: 'block',
    paths: ['**'],
    words: decoders,
    when: `${whereverItRuns} Nobody can read what it does.`,
    mend: 'Write the code out.',
    match: (file, change) =>
      whenLinesAdded(
        'This line runs what it decodes.',
        runsWhatItDecodes,
        weighDecoded,
      )(file, change).map((hit) => (decodedBefore(file, hit.line) ? { ...hit, severity: 'hold' } : hit)),
  },
  {
    id: 'decode-and-run',
    severity: 'block',
    paths: ['**'],
    when: `${whereverItRuns} Nobody can read what it does.`,
    mend: 'Write the code out.',
    words: decoders,
    match: runsDecoded,
  },
  {
    id: 'environment-sent',
    severity: 'block',
    paths: ['**'],
    when: `${whereverItRuns} In CI and on developers' machines the environment holds tokens.`,
    mend: 'Send only the values that are needed, by name.',
    words: ['env', 'export -p', 'set'],
    match: whenLinesAdded('This line sends the whole environment away.', sendsEnvironment, ({ path }) =>
      isTest(path) ? 'hold' : undefined,
    ),
  },
  {
    id: 'environment-read',
    severity: 'hold',
    paths: ['**'],
    words: ['/proc/', 'process.env', 'os.environ'],
    when: `${whereverItRuns} In CI and on developers' machines the environment holds tokens.`,
    mend: 'Use only the variables that are needed, by name.',
    match: whenLinesAdded('This line takes the whole environment, or memory of a process.', readsEnvironment),
  },
  {
    id: 'starts-download',
    severity: 'hold',
    paths: ['**'],
    words: ['curl', 'wget', 'powershell', 'certutil', 'bitsadmin'],
    when: `${whereverItRuns} What it fetches is not part of this review.`,
    mend: 'Put the file into the repository, or fetch a fixed version and compare its checksum.',
    match: whenLinesAdded('This line starts a download program.', lineMatches(startsDownload)),
  },
]

function lineMatches(patterns: readonly RegExp[]) {
  return (line: AddedLine, file: ChangedFile) => {
    if (isProse(file.path)) return false
    const command = wholeCommand(line, file.after?.lines ?? [])
    return patterns.some((pattern) => pattern.test(command))
  }
}

/** eval(atob(…)), exec(b64decode(…)): a decoder within the very argument that is run. */
function runsWhatItDecodes({ text }: AddedLine, { path }: ChangedFile): boolean {
  return !isProse(path) && decodedCalls(text).length > 0
}

function sendsEnvironment(line: AddedLine, file: ChangedFile): boolean {
  if (isProse(file.path)) return false
  const command = wholeCommand(line, file.after?.lines ?? [])
  return pipesEnvironment.test(command) || standsBehind(command, environmentInside, downloader)
}

function readsEnvironment({ text }: AddedLine, { path }: ChangedFile): boolean {
  return !isProse(path) && (processMemory.test(text) || standsBehind(text, wholeEnvironment, request))
}

/** Whether `tail` is somewhere with `head` not far before it. The rarer one is searched for: both at once would be slow. */
function standsBehind(text: string, tail: RegExp, head: RegExp): boolean {
  const places = [...text.matchAll(tail)].map(({ index }) => index)
  return places.some((index) => head.test(text.slice(Math.max(0, index - reach), index)))
}

/** Fires for a line that runs a variable, where an added line fills that variable by decoding. */
function runsDecoded(file: ChangedFile, { files }: Change): Hit[] {
  if (isProse(file.path)) return []
  const severity = weighDecoded(file)
  return linesThatRunDecoded(file, files.get(file.path)?.added ?? []).map(({ number }) => ({
    what: 'This line runs what another one decodes.',
    line: number,
    ...(severity === undefined ? {} : { severity }),
  }))
}

/** A command that is broken over several lines, read as the shell reads it, down to this line. */
function wholeCommand({ text, number }: AddedLine, lines: readonly string[]): string {
  let command = text
  for (let above = number - 2; above >= Math.max(0, number - 1 - mostContinued); above -= 1) {
    const previous = (lines[above] ?? '').trimEnd()
    if (previous.endsWith('\\')) command = `${previous.slice(0, -1)} ${command}`
    else if (previous.endsWith('|')) command = `${previous} ${command}`
    else break
  }
  return command
}

/** Tests quote attacks, and images are built from installers that are piped to a shell: both are looked at, not refused. */
function weigh({ path }: ChangedFile): Severity | undefined {
  // pytest runs it, whatever is tested.
  if (/(?:^|\/)conftest\.py$/i.test(path)) return undefined
  return isTest(path) || /(?:^|\/)(?:Dockerfile|Containerfile)|\.dockerfile$|^\.github\/workflows\//i.test(path)
    ? 'hold'
    : undefined
}

/** No installer has to be decoded first: in a workflow too this only hides what runs there. */
function weighDecoded(file: ChangedFile): Severity | undefined {
  return isTest(file.path) || !/^\.github\/workflows\//i.test(file.path) ? weigh(file) : undefined
}
