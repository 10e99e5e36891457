import type { Finding } from '../contract/index.ts'

/** What an agent reads of; the rest it can't mend in one turn either. */
const mostFindings = 50
const mostCharacters = 400

/** What an agent is told in its second turn, behind all that it was told in its first. */
export function mendPrompt(firstPrompt: string, findings: readonly Finding[]): string {
  return [
    firstPrompt.trimEnd(),
    [
      'You have worked on this task already: your changes are in the files, uncommitted. They were checked, and with',
      'what follows in them they are not published. You have one more turn. Mend these things, and change nothing else',
      'of what you did. Leave what the task itself asks for: a person will look at it. Do not hide anything from the',
      'checks. Then close with a short summary of the whole change.',
    ].join('\n'),
    findings.slice(0, mostFindings).map(lineOf).join('\n'),
    findings.length > mostFindings ? `And ${findings.length - mostFindings} more.` : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n')
}

function lineOf({ gate, rule, path, line, message }: Finding): string {
  const place = path === null ? '' : ` ${JSON.stringify(path)}${line === null ? '' : `, line ${line}`}:`
  return `- ${gate}, ${rule}:${place} ${message.replaceAll(/\s+/g, ' ')}`.slice(0, mostCharacters)
}
