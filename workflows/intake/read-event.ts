import { readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import { isBot } from '../../app/triggers/evaluate-authority.ts'
import { mayAsk } from '../../app/triggers/read-ask.ts'
import { eventFitsPayload } from '../../app/webhooks/event-fits-payload.ts'
import { parseTriggerEvent } from '../../app/webhooks/parse-trigger-event.ts'
import type { TriggerEvent } from '../../worker/contract/index.ts'
import type { Runner } from '../inputs/runner-environment.ts'

/** As large as GitHub lets a payload be. */
const mostBytes = 25 * 1024 * 1024

/**
 * A runner's token is of an installation too, whose id nobody tells: one stands in for it. It is sent nowhere, because
 * no token is minted.
 */
const runnersInstallation = { id: 1 }

const payloadSchema = z.looseObject({
  repository: z.looseObject({ owner: z.looseObject({ login: z.string() }), name: z.string() }),
})

export type ReadEvent =
  | { readonly kind: 'event'; readonly event: TriggerEvent; readonly payload: Readonly<Record<string, unknown>> }
  | { readonly kind: 'ignored'; readonly why: string }

/** The event that this run is for, as it was when the person acted: of the runner's file, never asked again. */
export async function readEvent(runner: Runner, now: number): Promise<ReadEvent> {
  const { eventName, eventPath, run } = runner
  const payload = payloadSchema.safeParse(await readJson(eventPath))
  if (!payload.success) return { kind: 'ignored', why: 'its payload is not of a repository' }
  const { owner, name } = payload.data.repository
  const isHere = `${owner.login}/${name}`.toLowerCase() === `${runner.owner}/${runner.repo}`.toLowerCase()
  if (!isHere) return { kind: 'ignored', why: 'its payload is of another repository' }
  if (!eventFitsPayload(eventName, payload.data)) return { kind: 'ignored', why: `${eventName} can ask for nothing` }
  const parsed = parseTriggerEvent({
    deliveryId: `run-${run.id}`,
    event: eventName,
    payload: { ...payload.data, installation: runnersInstallation },
    receivedAt: new Date(now).toISOString(),
  })
  if (parsed.kind === 'invalid') return { kind: 'ignored', why: parsed.problem }
  if (parsed.kind === 'ignored') return parsed
  if (isBot(parsed.event.sender)) return { kind: 'ignored', why: 'bots start nothing' }
  if (!mayAsk(parsed.event)) return { kind: 'ignored', why: 'it is not a command' }
  return { kind: 'event', event: parsed.event, payload: payload.data }
}

/** Null where it is none, or larger than any payload. */
export async function readJson(path: string): Promise<unknown> {
  if ((await stat(path)).size > mostBytes) return null
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return null
  }
}
