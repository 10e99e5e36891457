import { describe, expect, it } from 'vitest'
import { sha256 } from '../../worker/handover/manifest.ts'
import type { Runner } from '../../workflows/inputs/runner-environment.ts'
import { readSent } from '../../workflows/intake/read-sent.ts'
import { requestOf } from '../pipeline/fakes.ts'

const request = requestOf({ runsOn: 'actions' })
const bot = 'airlock[bot]'
const seal = 'k'.repeat(43)
const runner: Runner = {
  ...{ apiUrl: 'https://api.github.com', serverUrl: 'https://github.com', owner: 'acme', repo: 'widget' },
  ...{ actor: bot, triggeringActor: bot, eventName: 'workflow_dispatch', eventPath: '/e', temporary: '/t' },
  run: { id: 5, attempt: 1 },
}

function payloadOf(sent: object = request, changes: object = {}, sender: object = { login: bot, type: 'Bot' }) {
  const text = JSON.stringify(sent)
  const inputs = { job: request.id, digest: sha256(text), request: text, seal, ...changes }
  return { inputs, repository: { id: request.repository.id }, sender }
}

const read = (payload: unknown, changes: Partial<Runner> = {}, app = 'airlock') =>
  readSent(payload, { ...runner, ...changes }, app)

describe('a job that is dispatched to a runner', () => {
  it('is what the App froze', () => {
    expect(read(payloadOf())).toEqual({ ok: true, request, seal })
  })

  it.each<readonly [string, unknown, Partial<Runner>, RegExp]>([
    ['somebody with write access dispatches a forged request', payloadOf(), { actor: 'mallory' }, /not dispatched by/],
    [
      "the sender of the event is a person's",
      payloadOf(request, {}, { login: 'mallory', type: 'User' }),
      {},
      /not disp/,
    ],
    ["a person has the bot's name", payloadOf(request, {}, { login: bot, type: 'User' }), {}, /not dispatched by/],
    ["somebody runs the App's own run once more", payloadOf(), { triggeringActor: 'mallory' }, /not dispatched by/],
    ['a job that has ended is run once more', payloadOf(), { run: { id: 5, attempt: 2 } }, /once more/],
    ['the key to seal to is none', payloadOf(request, { seal: 'a key' }), {}, /and seal/],
    ['the digest was swapped', payloadOf(request, { digest: sha256('another') }), {}, /digest/],
    ['the request was swapped', payloadOf(request, { request: '{}' }), {}, /digest/],
    ["it is another job's", payloadOf(request, { job: 'job0000002' }), {}, /another job/],
    ['it is for another repository', payloadOf(), { repo: 'gadget' }, /another repository/],
    ['it is for another repository of that name', { ...payloadOf(), repository: { id: 8 } }, {}, /another repository/],
    ['its policy sends it to a worker', payloadOf(requestOf({ runsOn: 'worker' })), {}, /runs-on/],
    ['it is no request', payloadOf({ id: request.id }), {}, /cannot be read/],
    ['it was started by another event', payloadOf(), { eventName: 'push' }, /not dispatched/],
    ['there is no payload', null, {}, /not a dispatch/],
  ])('is refused where %s', (_attack, payload, changes, why) => {
    expect(read(payload, changes)).toEqual({ ok: false, why: expect.stringMatching(why) })
  })

  it.each(['', 'Airlock[bot]', 'a b'])('is refused where the workflow names no App: %j', (app) => {
    expect(read(payloadOf(), {}, app)).toEqual({ ok: false, why: expect.stringContaining('name the App') })
  })
})
