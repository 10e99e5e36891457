import type { Severity } from '../../../../contract/index.ts'
import { isProse, isTest } from '../../../change/classify-path.ts'
import type { AddedLine, ChangedFile } from '../../../change/view-change.ts'
import { whenLinesAdded } from '../../match/when-lines-added.ts'
import type { Hit, Rule } from '../../rule.ts'
import { callsIn } from './decoded-calls.ts'

const whereverItRuns = 'It would run whenever this file is run.'

const fetcher =
  /(?<![.\w$])fetch\s{0,5}\(|\burlopen\s{0,5}\(|\b(?:requests|axios|httpx|http|https)(?:['"]\))?\.(?:get|post|request)\s{0,5}\(|\baxios\s{0,5}\(|\baxios['"]\)\.(?:get|post)\(|\bNet::HTTP\b|\bURI\.open\b|\bDownloadString\b|\bfile_get_contents\(\s{0,5}["']https?:/
/** Calls that run the text given to them. `exec` starts a program in most languages, and runs a text in Python. */
const runsText =
  /(?<![.\w$])(?:eval|Function|instance_eval|class_eval)\s{0,5}\(|\.(?:runInThisContext|runInNewContext)\s{0,5}\(|\bFunction\.constructor\s{0,5}\)\s{0,5}\(/g
const runsPython = /(?<![.\w$])(?:eval|exec)\s{0,5}\(/g
const runsAnyText = /(?<![.\w$])(?:eval|exec|Function|instance_eval|class_eval)\s{0,5}\(/g
const handsToEval = /\.then\(\s{0,5}(?:eval|(?:new\s{1,3})?Function)\s{0,5}\)/
const luaDownload =
  /\bload(?:string)?\s{0,5}\(\s{0,5}(?:assert\s{0,5}\(\s{0,5})?io\.popen\s{0,5}\(\s{0,5}["'](?:curl|wget)\b/
/** Strings of an argument: what is left of it is not written there. */
const strings = /'[^'\n]{0,200}'|"[^"\n]{0,200}"|`[^`$\n]{0,200}`/g
/** x="$(curl …)", and eval "$x" or sh -c "$x" */
const fetchedInto = /(?:^|[\s;({])([A-Za-z_]\w{0,60})=["']?(?:\$\(|`)\s{0,5}(?:curl|wget)\b/
const runsShellVariable = /\b(?:eval|(?:ba|z|da)?sh\s{1,5}-c)\s{1,5}["']?\$\{?([A-Za-z_]\w{0,60})/g
/** Lines below a request in which its answer is run. */
const reach = 10
/** Characters: one line of a bundle. */
const longestLine = 5000

/** bash -i >& /dev/tcp/…, nc -e /bin/sh … */
const remoteShell =
  /\b(?:ba|z|da|k)?sh\s{1,5}-i\b.{0,60}\/dev\/(?:tcp|udp)\/|\b(?:nc|ncat|netcat)\b.{0,80}\s-(?:e|c|-exec|-sh-exec)\s{1,5}(?:\/bin\/)?(?:ba|z|da)?sh\b|\/dev\/(?:tcp|udp)\/.{0,80}\b(?:ba|z|da)?sh\s{1,5}-i\b/
const runsRequest =
  /\b(?:eval|assert|system|shell_exec|passthru|exec|popen|proc_open)\s{0,5}\(\s{0,5}(?:base64_decode\s{0,5}\(\s{0,5})?\$_(?:GET|POST|REQUEST|COOKIE|SERVER)\b/
const code = /\.(?:[cm]?[jt]sx?|vue|svelte|py|rb|php|pl|lua|sh|bash|ps1|go|rs|java|kt|cs)$/i
/** No indentation is so deep, and no editor shows what stands behind it. */
const pushedAway = /(?<![ \t\u00a0])[ \t\u00a0]{200,5000}[^\s#/*-].{0,2000}[(=;]/

export const fetchedCodeRules: readonly Rule[] = [
  {
    id: 'download-and-run',
    severity: 'block',
    paths: ['**'],
    words: ['eval', 'exec', 'Function', 'runIn', 'load', 'sh'],
    when: 'It would run whatever a server gives at that moment, whenever this file is run.',
    mend: 'Put the code into the repository, or into a dependency with a fixed version.',
    match: runsWhatItFetches,
  },
  {
    id: 'remote-shell',
    severity: 'block',
    paths: ['**'],
    words: ['/dev/tcp/', '/dev/udp/', 'nc', 'netcat'],
    when: `${whereverItRuns} Whoever is at the other end could then run what they like.`,
    mend: 'Take it out.',
    match: whenLinesAdded('This line gives a shell to another machine.', matching(remoteShell), milderInTests),
  },
  {
    id: 'request-and-run',
    severity: 'block',
    paths: ['**'],
    words: ['$_GET', '$_POST', '$_REQUEST', '$_COOKIE', '$_SERVER'],
    when: 'It would run whatever a visitor of the site sends.',
    mend: 'Take it out.',
    match: whenLinesAdded('This line runs a part of the request.', matching(runsRequest), milderInTests),
  },
  {
    id: 'pushed-away-code',
    severity: 'block',
    paths: ['**'],
    when: `${whereverItRuns} Hundreds of blanks in front of it keep it out of sight in a review.`,
    mend: 'Write it where people see it.',
    match: whenLinesAdded(
      'This line holds code behind hundreds of blanks.',
      ({ text }, { path }) =>
        text.length > 200 && text.length < longestLine && code.test(path) && pushedAway.test(text),
      milderInTests,
    ),
  },
]

function matching(pattern: RegExp) {
  return ({ text }: AddedLine, { path }: ChangedFile) => !isProse(path) && pattern.test(text)
}

function milderInTests({ path }: ChangedFile): Severity | undefined {
  return isTest(path) && !/(?:^|\/)conftest\.py$/i.test(path) ? 'hold' : undefined
}

/** Fires where the answer of a request is run: in the same call, or by a call not far below it. */
function runsWhatItFetches(file: ChangedFile, { files }: Parameters<Rule['match']>[1]): Hit[] {
  if (isProse(file.path)) return []
  const added = files.get(file.path)?.added ?? []
  const requests = new Set(
    added.filter(({ text }) => text.length < longestLine && fetcher.test(text)).map(({ number }) => number),
  )
  const fetched = new Set(added.flatMap(({ text }) => fetchedInto.exec(text)?.[1] ?? []))
  const runs = /\.py$/i.test(file.path) ? runsPython : runsText
  const severity = milderInTests(file)
  return file.added
    .filter(({ text, number }) => {
      if (text.length >= longestLine) return false
      if (handsToEval.test(text) || luaDownload.test(text)) return true
      if (callsIn(text, runsAnyText).some(({ argument }) => fetcher.test(argument))) return true
      if ([...text.matchAll(runsShellVariable)].some(([, name = '']) => fetched.has(name))) return true
      const isNear = Array.from({ length: reach + 1 }, (_, above) => number - above).some((line) => requests.has(line))
      return isNear && callsIn(text, runs).some(({ argument }) => /[A-Za-z_$]/.test(argument.replace(strings, '')))
    })
    .map(({ number }) => ({
      what: 'This line runs what is fetched.',
      line: number,
      ...(severity === undefined ? {} : { severity }),
    }))
}
