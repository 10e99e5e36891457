import type { Severity } from '../../../contract/index.ts'
import { isProse, isTest } from '../../change/classify-path.ts'
import type { AddedLine, ChangedFile } from '../../change/view-change.ts'
import { whenLinesAdded } from '../match/when-lines-added.ts'
import type { Rule } from '../rule.ts'

const whereverItRuns = 'It would run whenever this file is run.'

/** All repetition is bounded: a line may be megabytes long. */
const downloadAndRun =
  /\b(?:curl|wget|iwr|irm|Invoke-WebRequest|Invoke-RestMethod)\b[^|\n]{0,300}\|\s{0,10}(?:sudo\s{1,5}(?:-\w{1,10}\s{1,5}){0,3})?(?:\/usr)?(?:\/bin\/)?(?:env\s{1,5})?(?:(?:ba|z|da|k|a)?sh|python[\d.]{0,4}|node|bun|deno|perl|ruby|php|iex|Invoke-Expression|pwsh|powershell)\b|\b(?:ba|z|da)?sh\s{1,5}(?:-c\s{1,5})?["']?(?:<\(|\$\(|`)\s{0,5}(?:curl|wget)\b|\b(?:eval|source)\s{1,5}["']?(?:<\(|\$\(|`)\s{0,5}(?:curl|wget)\b|\biex\s{0,5}\(?\s{0,5}\(?\s{0,5}(?:iwr|irm|New-Object\s{1,5}Net\.WebClient)/i
const decodeAndRun =
  /\bbase64\s{1,5}(?:-d|-D|--decode)\b[^\n]{0,200}(?:\||>|&&|;)[^\n]{0,200}\b(?:ba|z|da)?sh\b|\b(?:eval|Function|exec|execSync|spawn|spawnSync|compile|loads|assert)\s{0,5}\([^\n]{0,120}(?:\batob\s{0,5}\(|b64decode|fromhex\(|unhexlify|base64_decode|gzinflate|str_rot13|Buffer\.from\([^\n]{0,200}|String\.fromCharCode|codecs\.decode|FromBase64String)|-(?:enc|EncodedCommand)\s{1,5}[A-Za-z0-9+/=]{40}/i
const startsDownload =
  /\b(?:exec|execSync|execFile|execFileSync|spawn|spawnSync|system|popen|Popen|run|check_output|check_call|shell_exec|passthru|Command::new|ProcessBuilder|\$)\s{0,5}[(`]\s{0,5}\[?\s{0,5}["'`]?(?:\/usr\/bin\/)?(?:curl|wget|powershell|certutil|bitsadmin)\b/i

export const textRules: readonly Rule[] = [
  {
    id: 'download-and-run',
    severity: 'block',
    paths: ['**'],
    when: 'It would run whatever a server gives at that moment, whenever this file is run.',
    mend: 'Download a fixed version, compare its checksum, then run it.',
    match: whenLinesAdded('This line pipes a download into an interpreter.', lineMatches(downloadAndRun), weigh),
  },
  {
    id: 'decode-and-run',
    severity: 'block',
    paths: ['**'],
    when: `${whereverItRuns} Nobody can read what it does.`,
    mend: 'Write the code out.',
    match: whenLinesAdded('This line runs code that it decodes first.', lineMatches(decodeAndRun), weigh),
  },
  {
    id: 'starts-download',
    severity: 'hold',
    paths: ['**'],
    when: `${whereverItRuns} What it fetches is not part of this review.`,
    mend: 'Put the file into the repository, or fetch a fixed version and compare its checksum.',
    match: whenLinesAdded('This line starts a download program.', lineMatches(startsDownload)),
  },
]

function lineMatches(pattern: RegExp) {
  return ({ text }: AddedLine, { path }: ChangedFile) => !isProse(path) && pattern.test(text)
}

/** Tests quote attacks, and images are built from installers that are piped to a shell: both are looked at, not refused. */
function weigh({ path }: ChangedFile): Severity | undefined {
  return isTest(path) || /(?:^|\/)(?:Dockerfile|Containerfile)|\.dockerfile$|^\.github\/workflows\//i.test(path)
    ? 'hold'
    : undefined
}
