import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSlashCommand } from '../../../app/triggers/parse-slash-command.ts'

const parse = (body: string) => parseSlashCommand(body, '/airlock')

describe('parseSlashCommand', () => {
  it.each([
    ['/airlock fix the tests', 'fix the tests'],
    ['/airlock   fix\tit  ', 'fix\tit'],
    ['\n\r\n  \n/airlock fix it', 'fix it'],
    ['/airlock fix it\r\n\r\nand say why', 'fix it\r\n\r\nand say why'],
    ['/airlock\nfix it', 'fix it'],
    ['/airlock Refactor\n- one\n- two', 'Refactor\n- one\n- two'],
  ])('reads the task of %j', (body, task) => {
    expect(parse(body)).toEqual({ kind: 'task', task })
  })

  it.each(['/airlock', ' \n/airlock \n\n'])('reads %j as the command and nothing else', (body) => {
    expect(parse(body)).toEqual({ kind: 'bare' })
  })

  it.each(['/airlock help', '/airlock  help ', '/airlock help\n\nOn Monday, Ada wrote:\n> hello'])(
    'answers %j with help',
    (body) => {
      expect(parse(body)).toEqual({ kind: 'help' })
    },
  )

  it.each([
    ['/airlock hlep', 'hlep', 'help'],
    ['/airlock helpp', 'helpp', 'help'],
    ['/airlock rertry', 'rertry', 'retry'],
    ['/airlock cancle', 'cancle', 'cancel'],
    ['/airlock staus', 'staus', 'status'],
    ['/airlock STAUS', 'STAUS', 'status'],
    ['/airlock cancel!', 'cancel!', 'cancel'],
    ['/airlock stop', 'stop', 'cancel'],
    ['/airlock deploy', 'deploy', null],
    ['/airlock h\u200belp', 'h\u200belp', 'help'],
  ])('takes the single word of %j for a command that it does not know', (body, word, nearest) => {
    expect(parse(body)).toEqual({ kind: 'unknown', word, nearest })
  })

  it.each(['status', 'cancel', 'retry', 'why'])('reads the command %s, which is one word', (word) => {
    expect(parse(`/airlock ${word}`)).toEqual({ kind: word })
    expect(parse(`/airlock ${word}\n\nOn Monday, Ada wrote:\n> hello`)).toEqual({ kind: word })
    expect(parse(`/airlock ${word} subscriptions after a month`)).toMatchObject({ kind: 'task' })
  })

  it.each([
    ['/airlock anyway', null],
    ['/airlock anyway \n', null],
    ['/airlock anyway fix it', 'fix it'],
    ['/airlock anyway\nfix it', 'fix it'],
  ])('reads in %j what is to be done also where somebody does it already', (body, task) => {
    expect(parse(body)).toEqual({ kind: 'anyway', task })
  })

  it('takes the word for itself alone, and the rest as it was typed', () => {
    const typed = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.trim() === text && text !== '')

    fc.assert(
      fc.property(typed, (text) => {
        expect(parse(`/airlock anyway ${text}`)).toEqual({ kind: 'anyway', task: text })
      }),
    )
    fc.assert(fc.property(typed, (text) => parse(`/airlock anyways ${text}`).kind !== 'anyway'))
    fc.assert(fc.property(typed, (text) => parse(`/airlock so ${text} anyway`).kind !== 'anyway'))
  })

  it('reads any text as one of what it knows, and a command only where it stands first', () => {
    const known = [
      'task',
      'bare',
      'anyway',
      'help',
      'status',
      'cancel',
      'retry',
      'why',
      'decision',
      'unclear-decision',
      'unknown',
    ]

    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => known.includes(parse(`/airlock ${text}`).kind)))
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => ['none', ...known].includes(parse(text).kind)))
  })

  it.each([
    ['/airlock approve 0123abc', 'approve', '0123abc'],
    ['/airlock approve 0123ABCDEF', 'approve', '0123abcdef'],
    [`/airlock reject ${'a'.repeat(64)}`, 'reject', 'a'.repeat(64)],
    ['/airlock Approve 0123abc', 'approve', '0123abc'],
    ['/airlock approve', 'approve', null],
    ['/airlock reject', 'reject', null],
    ['/airlock approve 0123abc\n\nOn Monday, Ada wrote:\n> hello', 'approve', '0123abc'],
  ])('reads the decision of %j', (body, verb, hash) => {
    expect(parse(body)).toEqual({ kind: 'decision', verb, hash })
  })

  it.each([
    ['a digest and more', '/airlock approve 0123abc please'],
    ['too few digits', '/airlock approve 0123ab'],
    ['too many digits', `/airlock approve ${'a'.repeat(65)}`],
    ['what is no digest', '/airlock reject it'],
  ])('neither decides nor starts a job on %s', (_what, body) => {
    expect(parse(body)).toMatchObject({ kind: 'unclear-decision' })
  })

  it.each([
    ['/airlock aprove 0123abc', 'aprove', 'approve'],
    ['/airlock Aprove 0123abc', 'Aprove', 'approve'],
    ['/airlock rejct 0123abcdef', 'rejct', 'reject'],
  ])('takes the slip of %j for no task', (body, word, nearest) => {
    expect(parse(body)).toEqual({ kind: 'unknown', word, nearest })
  })

  it.each([
    '/airlock reject invalid addresses in the form',
    '/airlock approve of nothing that has no test',
    '/airlock revert deadbeef',
  ])('takes %j for a task', (body) => {
    expect(parse(body)).toMatchObject({ kind: 'task' })
  })

  it.each([
    ['a quote', '> /airlock fix it'],
    ['a fence', '```\n/airlock fix it\n```'],
    ['a fence of tildes', '~~~\n/airlock fix it\n~~~'],
    ['inline code', '`/airlock fix it`'],
    ['indented code', '    /airlock fix it'],
    ['an HTML comment', '<!--\n/airlock fix it\n-->'],
    ['an HTML comment on one line', '<!-- /airlock fix it -->'],
    ['a list', '- /airlock fix it'],
    ['a later line', 'Thanks!\n/airlock fix it'],
    ['an e-mail footer', 'No, thanks.\n\n-- \n/airlock fix it'],
    ['a quoted reply in an e-mail', 'Agreed.\n\nOn Monday, Eve wrote:\n> /airlock fix it'],
    ['a zero-width space within', '/air\u200block fix it'],
    ['a zero-width space after', '/airlock\u200b fix it'],
    ['a zero-width space before', '\u200b/airlock fix it'],
    ['a byte-order mark', '\ufeff/airlock fix it'],
    ['a soft hyphen', '/air\u00adlock fix it'],
    ['right-to-left marks', '\u202e/airlock fix it'],
    ['a Cyrillic a', '/\u0430irlock fix it'],
    ['a full-width slash', '\uff0fairlock fix it'],
    ['tag characters', '/airlock\u{e0020}fix it'],
    ['upper case', '/Airlock fix it'],
    ['a longer word', '/airlocks fix it'],
    ['a path', '/airlock/fix it'],
    ['a no-break space', '/airlock\u00a0fix it'],
    ['nothing', ''],
    ['white space', ' \n\t\n '],
  ])('sees no command in %s', (_what, body) => {
    expect(parse(body)).toEqual({ kind: 'none' })
  })

  it('never finds a command that is not the first thing written', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 }).filter((before) => before.trim() !== '')

    fc.assert(fc.property(text, (before) => parse(`${before}\n/airlock fix it`).kind === 'none'))
  })

  it('reads a hostile comment of forty times the largest size, for which anything but linear work would not end', () => {
    expect(parse(`${' \n'.repeat(1_300_000)}x`)).toEqual({ kind: 'none' })
    expect(parse(`/airlock ${'\u200b '.repeat(1_300_000)}`)).toMatchObject({ kind: 'task' })
  })
})
