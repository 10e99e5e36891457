import { randomUUID } from 'node:crypto'
import type { App } from '../auth/app.ts'
import type { Installation, Repository } from '../state/entities.ts'
import { createDeliveryRequest } from './delivery-request.ts'

/** How long GitHub waits for an answer to a webhook. */
const TIMEOUT_MS = 10_000

export interface WebhookEvent {
  readonly event: string
  readonly payload: { readonly action: string; readonly [key: string]: unknown }
  /** Undefined: it is about an installation. */
  readonly repository: Repository | undefined
  /** The repository's, where it is left out. */
  readonly installation?: Installation
}

export interface Delivery {
  readonly id: number
  readonly guid: string
  readonly event: string
  readonly action: string
  readonly payload: WebhookEvent['payload']
  readonly url: string
  readonly requestHeaders: Readonly<Record<string, string>>
  readonly installation: Installation | undefined
  readonly repository: Repository | undefined
  readonly redelivery: boolean
  readonly deliveredAt: Date
  readonly durationMs: number
  /** `OK`, the status text, or why there was none, as GitHub's list of deliveries says it. */
  readonly status: string
  /** The receiver's status; 0 where it gave none. */
  readonly statusCode: number
  readonly responseBody: string
}

export interface Deliveries {
  readonly list: readonly Delivery[]
  /** Where webhooks go from now on; undefined: nowhere. */
  deliverTo(url: string | undefined): void
  /** Posts the event and waits for the receiver. */
  deliver(event: WebhookEvent): Promise<Delivery>
  /** Posts the event by itself, as for what the App did: only what it subscribed to. */
  announce(event: WebhookEvent): void
  redeliver(id: number): Promise<Delivery>
  /** Waits for every delivery under way. */
  settled(): Promise<void>
}

export function createDeliveries(app: App, nextId: () => number, signal: AbortSignal): Deliveries {
  const list: Delivery[] = []
  const underway = new Set<Promise<Delivery>>()
  let target: string | undefined

  const attempt = async (source: WebhookEvent, guid: string, redelivery: boolean): Promise<Delivery> => {
    const started = performance.now()
    const { event, payload, repository } = source
    const request = createDeliveryRequest({ appId: app.id, secret: app.webhookSecret, event, guid, payload })
    const answer = target === undefined ? nowhere : await send(target, request, signal)
    const delivery: Delivery = {
      ...answer,
      id: nextId(),
      guid,
      event,
      action: payload.action,
      payload,
      url: target ?? '',
      requestHeaders: request.headers,
      installation: source.installation ?? repository?.installation,
      repository,
      redelivery,
      deliveredAt: new Date(),
      durationMs: performance.now() - started,
    }
    list.push(delivery)
    return delivery
  }

  const post = (source: WebhookEvent, guid: string, redelivery: boolean): Promise<Delivery> => {
    const posting = attempt(source, guid, redelivery)
    underway.add(posting)
    return posting.finally(() => underway.delete(posting))
  }

  return {
    list,
    deliverTo(url) {
      target = url
    },
    deliver: (event) => post(event, randomUUID(), false),
    announce(event) {
      if (target === undefined || !event.repository?.installation || !app.events.includes(event.event)) return
      void post(event, randomUUID(), false)
    },
    async redeliver(id) {
      const before = list.find((delivery) => delivery.id === id)
      if (!before) throw new Error(`there is no delivery ${id}`)
      return post(before, before.guid, true)
    },
    async settled() {
      while (underway.size > 0) await Promise.all(underway)
    },
  }
}

type Answer = Pick<Delivery, 'status' | 'statusCode' | 'responseBody'>

const nowhere: Answer = { status: 'no webhook URL', statusCode: 0, responseBody: '' }

async function send(
  url: string,
  request: { headers: Record<string, string>; body: string },
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
    const response = await fetch(url, { method: 'POST', ...request, signal: limit })
    return { status: response.statusText, statusCode: response.status, responseBody: await response.text() }
  } catch (error) {
    return { status: error instanceof Error ? error.message : String(error), statusCode: 0, responseBody: '' }
  }
}
