import { isDocumentation, isProse, isTest } from '../../../change/classify-path.ts'
import type { AddedLine, ChangedFile } from '../../../change/view-change.ts'
import { whenLinesAdded } from '../../match/when-lines-added.ts'
import type { Change, Hit, Rule } from '../../rule.ts'
import { callsIn } from './decoded-calls.ts'

const whereverItRuns = 'It would run whenever this file is run.'
/** Characters: one line of a bundle. */
const longestLine = 5000

/** curl -o FILE, wget -qO FILE, Invoke-WebRequest -OutFile FILE, urlretrieve(url, FILE) */
const savedAs = [
  /\b(?:curl|wget)(?:\.exe)?\s(?:.{0,300}\s)?(?:-[a-zA-Z]{0,6}[oO]|--output|--output-document)[= ]\s{0,3}["']?([^\s"';|&<>]{1,200})/,
  /-OutFile\s{1,3}["']?([^\s"';|]{1,200})/i,
  /\burlretrieve\s{0,3}\([^,]{1,300},\s{0,3}["']?([\w./$-]{1,100})/,
]
/** What stands before a file that is started, or made a program. */
const starts =
  /(?:^|[;&|]\s{0,5}|(?:^|[\s$])\(\s{0,5}|\b(?:then|do|else|sudo|sh|bash|zsh|source|python[\d.]{0,4}|node|perl|start|Start-Process|regsvr32(?:\.exe)?(?:\s[-/]\w)?|rundll32(?:\.exe)?|nohup|exec)\s{1,3}|\bchmod\s{1,3}(?:[ugoa]{0,3}\+[rwx]{0,2}x|0?[0-7]{0,2}[1357][0-7]{0,2})\s{1,3}|\b(?:Popen|run|call|check_call|check_output|system|startfile)\s{0,3}\(\s{0,3}\[?\s{0,3}(?:sys\.executable,\s{0,3})?)["']?(?:\.[\\/])?$/
/** Each is looked for in all lines. Of a file that fetches more, a person sees to it. */
const mostFollowed = 50
const comparesContent = /\b(?:sha\d{3}sum|shasum|cosign|gpg|minisign)\b|Get-FileHash|hashlib\.|--checksum/

/** open(FILE, "wb").write(b64decode(…)) */
const decodedIntoFile =
  /\bopen\s{0,3}\(\s{0,3}([A-Za-z_]\w{0,60}|["'][\w./-]{2,100}["']).{0,60}\.write\s{0,3}\(.{0,40}(?:b64decode|unhexlify|fromhex|decompress)/
const startsFile =
  /\b(?:subprocess\.(?:run|call|Popen|check_call|check_output)|os\.(?:system|startfile|execv)|runpy\.run_path)\s{0,3}\(/g
/** b, _ := base64.StdEncoding.DecodeString(…) */
const decodedInGo = /\b([A-Za-z_]\w{0,60})\s{0,3},\s{0,3}\w{1,60}\s{0,3}:?=\s{0,3}(?:base64|hex)\.[\w.]{0,40}Decode/
const startsShell = /\bexec\.Command(?:Context)?\s{0,3}\(/g

/** 'w', 'g', 'e', 't', … */
const letter = /["'`](.)["'`]\s{0,3}[,+]/gu
const fewestLetters = 16
const telling = /https?:\/\/|\/bin\/(?:ba|z)?sh|\bcurl\b|\bwget\b|powershell/i
/** An identifier that is written in escapes, and called. */
const escapedName = /(?:^|[\s;=(,{!&|])(?:\\u(?:00[4-7][0-9a-f]|\{[4-7][0-9a-f]\})){2,40}\w{0,20}\s{0,3}\(/i
/** What makes an agent do all that it likes without asking. */
const asksNobody =
  /["'\s]--(?:dangerously-skip-permissions|dangerously-bypass-approvals-and-sandbox|yolo|approval-mode[= ]yolo|trust-all-tools)\b/

/** Code that comes in one line and is started in another. */
export const stagedCodeRules: readonly Rule[] = [
  {
    id: 'starts-download',
    severity: 'hold',
    paths: ['**'],
    words: ['curl', 'wget', '-OutFile', 'urlretrieve'],
    when: `${whereverItRuns} What it fetches is not part of this review.`,
    mend: 'Put the file into the repository, or fetch a fixed version and compare its checksum.',
    match: startsWhatItSaved,
  },
  {
    id: 'decode-and-run',
    severity: 'block',
    paths: ['**/*.{py,pyw,go}'],
    words: ['b64decode', 'unhexlify', 'fromhex', 'decompress', 'Decode'],
    when: `${whereverItRuns} Nobody can read what it does.`,
    mend: 'Write the code out.',
    match: startsWhatItDecoded,
  },
  {
    id: 'obfuscated-code',
    severity: 'block',
    paths: ['**'],
    when: `${whereverItRuns} It is written so that nobody reads or finds what it starts.`,
    mend: 'Write it as one text.',
    match: whenLinesAdded('This line spells a command or an address letter by letter.', spellsLetters),
  },
  {
    id: 'obfuscated-code',
    severity: 'hold',
    paths: ['**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx,vue,svelte}'],
    words: ['\\u'],
    when: `${whereverItRuns} It is written so that nobody reads or finds what it calls.`,
    mend: 'Write the name in letters.',
    match: whenLinesAdded('This line calls a name that is written in escapes.', ({ text }) => escapedName.test(text)),
  },
  {
    id: 'agent-without-asking',
    severity: 'hold',
    paths: ['**'],
    words: ['--dangerously', '--yolo', '--approval-mode', '--trust-all-tools'],
    when: `${whereverItRuns} An agent on that machine would do whatever it is told, with all that its user may.`,
    mend: 'Let the agent ask, or have a person look at what it is told.',
    match: whenLinesAdded(
      'This line starts an agent that asks nobody.',
      ({ text }, { path }) => !isDocumentation(path) && asksNobody.test(text),
    ),
  },
]

/** Images and workflows fetch their tools so, and are looked at by rules of their own. */
function startsWhatItSaved(file: ChangedFile, { files }: Change): Hit[] {
  const { path } = file
  if (isDocumentation(path) || isTest(path) || /dockerfile|containerfile|^\.github\/workflows\//i.test(path)) return []
  const added = files.get(path)?.added ?? []
  if (added.some(({ text }) => comparesContent.test(text))) return []
  return file.added
    .flatMap(({ text, number }) => {
      const names = text.length > longestLine ? [] : savedAs.flatMap((pattern) => pattern.exec(text)?.[1] ?? [])
      return names.map((name) => ({ name: name.replace(/^\.[\\/]/, ''), number }))
    })
    .filter(
      ({ name }, index) => name !== '' && (index >= mostFollowed || added.some((line) => isStartedIn(line, name))),
    )
    .map(({ number }) => ({ what: 'What this line fetches is started.', line: number }))
}

function isStartedIn({ text }: AddedLine, name: string): boolean {
  if (text.length > longestLine) return false
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    const isWhole = !/[\w.-]/.test(text.charAt(at + name.length))
    if (isWhole && starts.test(text.slice(Math.max(0, at - 100), at))) return true
  }
  return false
}

function startsWhatItDecoded(file: ChangedFile, { files }: Change): Hit[] {
  const names = file.added.flatMap(({ text }) => {
    if (text.length > longestLine) return []
    return [decodedIntoFile, decodedInGo].flatMap((pattern) => pattern.exec(text)?.[1] ?? [])
  })
  if (names.length === 0) return []
  const words = new Set(names.map((name) => name.replaceAll(/["']/g, '')))
  const severity = isTest(file.path) ? ({ severity: 'hold' } as const) : {}
  return (files.get(file.path)?.added ?? [])
    .filter(({ text }) => text.length <= longestLine)
    .filter(({ text }) =>
      [startsFile, startsShell]
        .flatMap((pattern) => callsIn(text, pattern))
        .some(({ argument }) => argument.split(/[^\w./-]+/).some((word) => words.has(word))),
    )
    .map(({ number }) => ({ what: 'This line starts what another one decodes.', line: number, ...severity }))
}

function spellsLetters({ text }: AddedLine, { path }: ChangedFile): boolean {
  if (isProse(path) || text.length > longestLine) return false
  const letters = [...text.matchAll(letter)].map(([, one = '']) => one)
  return letters.length >= fewestLetters && telling.test(letters.join(''))
}
