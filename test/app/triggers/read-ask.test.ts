import { describe, expect, it } from 'vitest'
import { mayAsk, readAsk } from '../../../app/triggers/read-ask.ts'
import { commentEvent, labelEvent, openedEvent, reviewCommentEvent, reviewEvent } from './make-event.ts'

const triggers = { label: 'airlock', command: '/airlock' }

describe('readAsk', () => {
  it.each([
    ['airlock', { kind: 'run', task: null, agent: null, anyway: false }],
    ['airlock:codex', { kind: 'run', task: null, agent: 'codex', anyway: false }],
    ['airlock:nobody', { kind: 'unknown-agent', name: 'nobody' }],
    ['airlock:', { kind: 'unknown-agent', name: '' }],
    ['Airlock', { kind: 'none' }],
    ['airlock ', { kind: 'none' }],
    ['airlock\u200b', { kind: 'none' }],
    ['\u0430irlock', { kind: 'none' }],
    ['airlocked', { kind: 'none' }],
    ['bug', { kind: 'none' }],
    ['airlock:CODEX', { kind: 'unknown-agent', name: 'CODEX' }],
  ])('compares the label %j unit by unit', (label, ask) => {
    expect(readAsk(labelEvent({ label }), triggers)).toEqual(ask)
  })

  it('listens to the label and the command that the policy names', () => {
    const own = { label: 'robot', command: '/robot' }

    expect(readAsk(labelEvent({ label: 'robot:codex' }), own)).toMatchObject({ kind: 'run', agent: 'codex' })
    expect(readAsk(labelEvent(), own)).toEqual({ kind: 'none' })
    expect(readAsk(commentEvent('/robot fix it'), own)).toMatchObject({ kind: 'run', task: 'fix it' })
    expect(readAsk(commentEvent('/airlock fix it'), own)).toEqual({ kind: 'none' })
  })
})

describe('a label on a pull request', () => {
  const subject = { kind: 'pull-request', number: 9, title: 'Mend the sum', body: '' } as const

  it('starts nothing and is answered, if it is one of ours', () => {
    for (const label of ['airlock', 'airlock:codex', 'airlock:nobody']) {
      expect(readAsk(labelEvent({ label, subject }), triggers)).toEqual({ kind: 'label-on-pull' })
    }
    expect(readAsk(labelEvent({ label: 'bug', subject }), triggers)).toEqual({ kind: 'none' })
  })
})

describe('a review that asks for changes of what may be ours', () => {
  const asksForChanges = true

  it('starts nothing without the command, and counts as any other with it', () => {
    const unasked = reviewEvent('Please mend this.', { asksForChanges })

    expect(mayAsk(unasked)).toBe(true)
    expect(readAsk(unasked, triggers)).toEqual({ kind: 'changes-requested' })
    expect(readAsk(reviewEvent('/airlock', { asksForChanges }), triggers)).toEqual({ kind: 'run-comments' })
    expect(readAsk(reviewEvent('/airlock status', { asksForChanges }), triggers)).toEqual({ kind: 'status' })
  })
})

describe.each([
  ['a comment', commentEvent],
  ['a comment on lines of a diff', reviewCommentEvent],
  ['the summary of a review', reviewEvent],
  ['the text of a new issue', openedEvent],
] as const)('%s', (_where, eventOf) => {
  it.each([
    ['status', { kind: 'status' }],
    ['cancel', { kind: 'cancel' }],
    ['retry', { kind: 'retry' }],
    ['rebase', { kind: 'rebase' }],
    ['why', { kind: 'why' }],
    ['help', { kind: 'help' }],
    ['continue add a test', { kind: 'continue', task: 'add a test' }],
    ['anyway fix it', { kind: 'run', task: 'fix it', agent: null, anyway: true }],
    ['approve 0123abc', { kind: 'decision', verb: 'approve', hash: '0123abc' }],
    ['reject', { kind: 'decision', verb: 'reject', hash: null }],
    ['approve it', { kind: 'unclear-decision', verb: 'approve' }],
    ['cancle it', { kind: 'unknown-command', word: 'cancle it', nearest: 'cancel' }],
    ['fix it', { kind: 'run', task: 'fix it', agent: null, anyway: false }],
  ])('is heard with: %s', (said, ask) => {
    const event = eventOf(`/airlock ${said}`)

    expect(mayAsk(event)).toBe(true)
    expect(readAsk(event, triggers)).toEqual(ask)
  })
})

describe('the command and nothing else', () => {
  it('is help, but for a review, whose comments are then the task', () => {
    expect(readAsk(commentEvent('/airlock'), triggers)).toEqual({ kind: 'help' })
    expect(readAsk(reviewCommentEvent('/airlock'), triggers)).toEqual({ kind: 'help' })
    expect(readAsk(reviewEvent('/airlock\n'), triggers)).toEqual({ kind: 'run-comments' })
    expect(readAsk(reviewEvent('/airlock help'), triggers)).toEqual({ kind: 'help' })
  })
})

describe('a task that is to be done anyway', () => {
  it('is the issue itself where nothing is said, and has to be said on a pull request', () => {
    const here = { kind: 'run', task: null, agent: null, anyway: true }

    expect(readAsk(commentEvent('/airlock anyway'), triggers)).toEqual(here)
    expect(readAsk(commentEvent('/airlock anyway fix it'), triggers)).toEqual({ ...here, task: 'fix it' })
    expect(readAsk(reviewEvent('/airlock anyway'), triggers)).toEqual({ kind: 'help' })
    expect(readAsk(reviewEvent('/airlock anyway fix it'), triggers)).toMatchObject({ kind: 'run', task: 'fix it' })
  })
})

describe('mayAsk', () => {
  it('lets through every label and whatever may be a command, and nothing else', () => {
    expect(mayAsk(labelEvent({ label: 'bug' }))).toBe(true)
    expect(mayAsk(commentEvent('\n/robot fix it'))).toBe(true)
    expect(mayAsk(commentEvent('I agree.\n/airlock fix it'))).toBe(false)
  })
})
