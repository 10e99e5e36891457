/** Whatever somebody writes: where a command is only quoted, shown or hidden, it starts nothing. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearestWord } from '../../../app/triggers/nearest-word.ts'
import { parseSlashCommand } from '../../../app/triggers/parse-slash-command.ts'
import { mayAsk, readAsk } from '../../../app/triggers/read-ask.ts'
import { commentEvent } from './make-event.ts'

const command = '/airlock'
const triggers = { label: 'airlock', command }
const words = ['help', 'status', 'cancel', 'retry', 'rebase', 'why', 'approve', 'reject', 'anyway', 'continue'] as const

const askOf = (body: string) => readAsk(commentEvent(body), triggers)
const anyWord = fc.constantFrom(...words)
const said = fc.oneof(
  fc.constant(command),
  anyWord.map((word) => `${command} ${word}`),
  fc.string({ maxLength: 60, unit: 'binary' }).map((text) => `${command} ${text}`),
  fc.lorem({ maxCount: 6 }).map((text) => `${command} ${text}`),
)
/** Text of people, and none that begins with the command itself. */
const prose = fc
  .oneof(fc.lorem({ mode: 'sentences', maxCount: 3 }), fc.string({ unit: 'grapheme', maxLength: 200 }))
  .filter((text) => !text.replace(/^(?:[ \t]*\r?\n)+/, '').startsWith(command))
const lineEnd = fc.constantFrom('\n', '\r\n', '\n\n')

describe('a command that is not the beginning of a comment', () => {
  const placements: [string, (text: string, around: string, end: string) => string][] = [
    ['in a quote', (text) => `> ${text}`],
    ['in a quote of a quote', (text) => `>> ${text}`],
    ['in a quote with an answer', (text, around, end) => `> ${text}${end}${around}`],
    ['in a fence', (text, around, end) => `\`\`\`sh${end}${text}${end}\`\`\`${end}${around}`],
    ['in a fence of tildes', (text, _around, end) => `~~~${end}${text}${end}~~~`],
    ['in a fence that nothing closes', (text, _around, end) => `\`\`\`${end}${text}`],
    ['in code', (text) => `\`${text}\``],
    ['in indented code', (text) => `    ${text}`],
    ['behind a tab', (text) => `\t${text}`],
    ['in a comment of HTML', (text, around) => `<!-- ${text} -->${around}`],
    ['in a comment of HTML over lines', (text, _around, end) => `<!--${end}${text}${end}-->`],
    ['in a tag', (text) => `<details><summary>${text}</summary></details>`],
    ['in a list', (text) => `- ${text}`],
    ['in a task list', (text) => `- [ ] ${text}`],
    ['in a heading', (text) => `# ${text}`],
    ['in bold', (text) => `**${text}**`],
    ['in a link', (text) => `[${text}](https://example.com)`],
    ['in a table', (text) => `| ${text} |`],
    ['behind words', (text, around, end) => `x${around}${end}${text}`],
    ['behind a mention', (text) => `@ada ${text}`],
    ['in the footer of a mail', (text, around, end) => `x${around}${end}-- ${end}${text}`],
    ['behind a mark that nobody sees', (text) => `\u200B${text}`],
    ['behind a byte order mark', (text) => `\uFEFF${text}`],
    ['behind a mark that turns text', (text) => `\u202E${text}`],
  ]

  it.each(placements)('%s starts nothing', (_where, place) => {
    fc.assert(
      fc.property(said, prose, lineEnd, (text, around, end) => {
        expect(askOf(place(text, around, end))).toEqual({ kind: 'none' })
      }),
    )
  })

  it('in any other text starts nothing, and is no reason to look further', () => {
    fc.assert(
      fc.property(prose, (text) => {
        expect(askOf(text)).toEqual({ kind: 'none' })
        if (!/^\s*\//.test(text)) expect(mayAsk(commentEvent(text))).toBe(false)
      }),
    )
  })
})

describe('the command itself', () => {
  it('is compared letter by letter: one that is changed, left out or added makes it another', () => {
    const at = fc.nat({ max: command.length - 1 })
    const letter = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }).filter((one) => !/\s/.test(one))
    fc.assert(
      fc.property(at, letter, fc.constantFrom('change', 'leave out', 'add'), anyWord, (index, other, how, word) => {
        const rest = command.slice(how === 'add' ? index : index + 1)
        const changed = `${command.slice(0, index)}${how === 'leave out' ? '' : other}${rest}`
        fc.pre(changed !== command)

        expect(parseSlashCommand(`${changed} ${word}`, command).kind).toBe('none')
        expect(parseSlashCommand(`${command}${other} ${word}`, command).kind).toBe('none')
      }),
    )
  })

  it('control: at the beginning it is read, whatever blank lines are before it and text is after', () => {
    const blank = fc.array(fc.constantFrom('\n', ' \n', '\t\r\n'), { maxLength: 3 }).map((lines) => lines.join(''))
    fc.assert(
      fc.property(blank, anyWord, lineEnd, prose, (before, word, end, after) => {
        expect(askOf(`${before}${command} ${word}${end}${after}`).kind).not.toBe('none')
      }),
    )
  })
})

describe('a word that is none', () => {
  const letters = fc.stringMatching(/^[a-z]{1,14}$/)

  it('alone never is a task, so that a slip costs nothing, and gets the nearest word or none', () => {
    fc.assert(
      fc.property(letters, (word) => {
        fc.pre(!words.some((known) => known === word))
        const ask = askOf(`${command} ${word}`)

        expect(ask).toEqual({ kind: 'unknown-command', word, nearest: nearestWord(word, words) })
      }),
    )
  })

  it('with a letter too many, too few, wrong or out of its place gets the word that was meant', () => {
    const slip = fc.constantFrom('double', 'drop', 'swap', 'wrong')
    fc.assert(
      fc.property(anyWord, fc.nat(), slip, (word, at, how) => {
        const index = at % word.length
        const [before, one, after] = [word.slice(0, index), word[index] ?? '', word.slice(index + 1)]
        const slipped = { double: before + one + one + after, drop: before + after, wrong: `${before}q${after}` }
        const swapped = before + after.slice(0, 1) + one + after.slice(1)
        const written = how === 'swap' ? swapped : slipped[how]
        fc.pre(!words.some((known) => known === written) && written.length > 2)
        const ask = askOf(`${command} ${written}`)

        expect(ask).toMatchObject({ kind: 'unknown-command' })
        expect(ask).toHaveProperty('nearest', expect.any(String))
      }),
    )
  })
})

describe('a word of ours in another case', () => {
  it('is the same word, and what is behind it stays as it was typed', () => {
    fc.assert(
      fc.property(anyWord, fc.constantFrom('', ' Fix IT', ' 0123ABC'), (word, behind) => {
        const [first = '', ...rest] = word
        for (const written of [word.toUpperCase(), first.toUpperCase() + rest.join('')]) {
          expect(askOf(`${command} ${written}${behind}`).kind).toBe(askOf(`${command} ${word}${behind}`).kind)
        }
      }),
    )
    expect(askOf('/airlock CONTINUE Fix IT')).toEqual({ kind: 'continue', task: 'Fix IT' })
    expect(askOf('/airlock Anyway Fix IT')).toMatchObject({ kind: 'run', task: 'Fix IT', anyway: true })
  })
})

describe('a slip with words behind it', () => {
  const single = fc.constantFrom('help', 'status', 'cancel', 'retry', 'rebase', 'why')
  const filler = fc.constantFrom('it', 'this', 'that', 'please', 'now', 'the job', 'my job', 'again', 'Please!', 'IT')
  const fillers = fc.array(filler, { minLength: 1, maxLength: 3 }).map((many) => many.join(' '))

  it.each([
    ['cancle it', 'cancel'],
    ['cancel please', 'cancel'],
    ['Cancel, please.', 'cancel'],
    ['cancel my job', 'cancel'],
    ['stop it', 'cancel'],
    ['abort the last job now', 'cancel'],
    ['retry now', 'retry'],
    ['try again', 'retry'],
    ['staus of the job?', 'status'],
    ['rebase this please', 'rebase'],
    ['help me', 'help'],
    ['why this', 'why'],
    ['contine fix the tests', 'continue'],
    ['contniue fix the tests', 'continue'],
    ['continue: fix the tests', 'continue'],
    ['anway fix it', 'anyway'],
    ['Anyways fix it', 'anyway'],
  ])('is no paid job: %s', (written, nearest) => {
    expect(askOf(`${command} ${written}`)).toMatchObject({ kind: 'unknown-command', nearest })
  })

  it('asks back for any of the words with nothing but fillers behind it', () => {
    fc.assert(
      fc.property(single, fillers, (word, behind) => {
        expect(askOf(`${command} ${word} ${behind}`)).toMatchObject({ kind: 'unknown-command', nearest: word })
      }),
    )
  })

  it.each([
    'retry failed uploads with backoff',
    'cancel button should close the dialog',
    'help text is wrong in cli',
    'status page shows stale data',
    'rebase onto main fails in the script',
    'why does the test fail? mend it',
    'stop the server on SIGTERM',
    'restart it after a crash',
    'cancel it when the tab is closed',
    'retry it\n\n- with backoff',
    'fix it',
    'fix it please',
    'rename this',
    'release it',
    'content is wrong',
  ])('control: real work stays a task: %s', (written) => {
    expect(askOf(`${command} ${written}`)).toEqual({ kind: 'run', task: written, agent: null, anyway: false })
  })

  it('control: any of the words with one that says something is a task', () => {
    fc.assert(
      fc.property(single, fillers, (word, behind) => {
        const task = `${word} ${behind} uploads`
        expect(askOf(`${command} ${task}`)).toMatchObject({ kind: 'run', task })
      }),
    )
  })
})
