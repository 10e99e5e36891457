import type { ServerResponse } from 'node:http'
import { sendRefusal } from '../refusal.ts'
import type { Unanswered } from './forward-model.ts'

/** Tells a client that the provider gave no answer. */
export function sendUnanswered(response: ServerResponse, answer: Unanswered): void {
  if (answer === 'nobody') {
    response.destroy()
    return
  }
  sendRefusal(response, {
    status: 502,
    what: 'nothing, but the provider gave no answer.',
    why: whyNone[answer],
    instead: 'try again later.',
    passing: true,
  })
}

const whyNone = {
  unreachable: 'it could not be reached.',
  compressed: 'its answer was compressed, and could not be read.',
  silent: 'it was silent for too long.',
}
