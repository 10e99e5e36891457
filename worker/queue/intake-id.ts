import { hash } from 'node:crypto'

/** BullMQ's id and the ledger's key of an event: closed alphabet, whatever the event's key is made of. */
export function intakeId(eventKey: string): string {
  return hash('sha256', eventKey)
}
