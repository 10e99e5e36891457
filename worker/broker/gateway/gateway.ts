/**
 * The model gateway: lets a sandbox talk to models and to nothing else of their providers. Only inference paths, only
 * the session's placeholder as key, only what stays between sandbox and model; the real key is added here, on the
 * host. What a provider will answer in a moment is asked again from here, bounded and in the record; from the first
 * byte that was given on, the client in the sandbox decides.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createTextDigest, type Phase, type Usage } from '../../contract/index.ts'
import type { BrokerSession, BrokerSpec, ModelExchange, ModelStop, ProviderStop } from '../../pipeline/ports/broker.ts'
import type { ModelSpend } from '../../pipeline/ports/spending.ts'
import type { BrokerLimits } from '../broker-limits.ts'
import type { DecisionLog } from '../decision-log.ts'
import type { ModelPrices } from '../model-prices.ts'
import { sendRefusal } from '../refusal.ts'
import { boundText } from './answer-reader.ts'
import type { Persistence } from './ask-until-answered.ts'
import { createUpstreamCaller } from './call-upstream.ts'
import { checkModel } from './check-model.ts'
import { checkRequest, isLookAround, type ModelRefusal, onlyInference, stopAsking } from './check-request.ts'
import { createDaySpend } from './day-spend.ts'
import { forwardModel, type ModelAnswer } from './forward-model.ts'
import { type ModelRoute, parseModelRoute } from './model-route.ts'
import type { AnswerStop, Upstreams } from './provider.ts'
import { sendUnanswered } from './send-unanswered.ts'
import { createSpend } from './spend.ts'
import { createUploadBudget, type TakenRequest, takeRequest } from './take-request.ts'
import { mostOf, tokensOf } from './tokens-of-answer.ts'

export interface GatewayOptions {
  readonly phase: Phase
  readonly placeholderKey: string
  readonly model: BrokerSpec['model']
  readonly upstreams: Upstreams
  readonly prices: ModelPrices
  readonly limits: BrokerLimits
  readonly log: DecisionLog
  readonly signal: AbortSignal
  readonly onExchange: (exchange: ModelExchange) => void
}

export interface Gateway {
  /** Answers an origin-form request. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  usage(): Usage
  modelStop(): ModelStop | null
  answerStop: BrokerSession['answerStop']
  close(): void
}

/** One request: what it is for, when it came, who gets the answer. */
interface Turn {
  readonly at: number
  readonly route: ModelRoute
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Kinds of things taken out that are recorded, once each: a client repeats them with every turn. */
const maxTold = 100

export function createGateway(options: GatewayOptions): Gateway {
  const { log, limits, upstreams, model } = options
  const session = { phase: options.phase, hasModel: model !== null, placeholderKey: options.placeholderKey }
  const caller = createUpstreamCaller()
  const spend = createSpend(
    { usd: model?.costUsd ?? 0, tokens: model?.tokens ?? Number.POSITIVE_INFINITY },
    options.prices,
  )
  const daySpend = createDaySpend(model?.day)
  const uploads = createUploadBudget(limits.modelUploadBytes)
  const told = new Set<string>()
  let stop: ProviderStop | null = null
  let answered = false
  let answerStop: AnswerStop | null = null
  let inFlight = 0

  function decide({ at, route }: Turn, allowed: boolean, reason: string): void {
    const { hostname, port, protocol } = new URL(upstreams[route.provider.name].baseUrl)
    const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
    log.add({ at, kind: 'model', allowed, host: hostname, port: number, reason })
  }

  function refuse(turn: Turn, { why, stop: kind, ...refusal }: ModelRefusal): void {
    decide(turn, false, why)
    if (kind !== undefined) noteStop(turn, kind)
    const what = `the request to ${turn.route.provider.name}.`
    sendRefusal(turn.response, { ...refusal, what, why: `${why}.` })
  }

  /** A key that was of use once is not why an agent fails later. */
  function noteStop({ route }: Turn, kind: ProviderStop['kind']): void {
    if (isLimit(kind) || !answered) stop = { kind, provider: route.provider.name }
  }

  /** The session's limits as they stand at this request. */
  function overLimit(): ModelRefusal | null {
    const reached = spend.reached()
    if (reached !== null) {
      const what =
        reached === 'cost-limit' ? `the cost limit of $${model?.costUsd}` : `the limit of ${model?.tokens} tokens`
      return { status: 429, why: `${what} is reached`, instead: stopAsking, stop: reached }
    }
    if (inFlight < limits.modelRequestsAtOnce) return null
    const why = `${inFlight} requests to models are open`
    return { status: 429, why, instead: 'wait for their answers.', passing: true }
  }

  async function serve(turn: Turn): Promise<void> {
    const { route, request, response } = turn
    const upstream = upstreams[route.provider.name]
    const checked = checkRequest(request, route, session, upstream)
    if ('refusal' in checked) return refuse(turn, checked.refusal)
    const limited = overLimit()
    if (limited !== null) return refuse(turn, limited)
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const signal = AbortSignal.any([gone.signal, options.signal])

    inFlight += 1
    try {
      const { inference, apiKey } = checked
      const { baseUrl, keyOwner, cloud } = upstream
      const taken = await takeRequest(request, route, { inference, cloud }, limits.modelRequestBytes, uploads)
      if ('refusal' in taken) return refuse(turn, taken.refusal)
      const unlisted = checkModel(model?.models, taken.model)
      if (unlisted !== null) return refuse(turn, unlisted)
      using held = inference.free ? noHold : await spend.hold(taken.model, mostOf(taken), signal)
      if (signal.aborted) return void response.destroy()
      const refused = held === null ? overLimit() : await daySpend.refusal()
      if (refused !== null) return refuse(turn, refused)
      for (const name of taken.removed) {
        if (told.has(name) || told.size >= maxTold) continue
        told.add(name)
        decide(turn, false, `taken out of the request, since the provider would run, fetch or bill more: ${name}`)
      }
      decide(turn, true, `${route.path}, model ${taken.model}${keyOwner === undefined ? '' : `, key of ${keyOwner}`}`)
      const call = { provider: route.provider, baseUrl, cloud, apiKey, target: taken.target, body: taken.body }
      const persistence = { limits, signal, now: log.now, mayRetry: retryOf(turn, taken) }
      const answer = await forwardModel(caller, persistence, call, response)
      if (!inference.free) await charge(taken, answer)
      if (answer === 'key-refused') return refuse(turn, { ...keyRefused, stop: answer })
      if (typeof answer === 'string') return sendUnanswered(response, answer)
      if (answer.status === 401 || answer.status === 403) noteStop(turn, 'key-refused')
      answered ||= answer.status < 300
      if (!inference.free) answerStop = answer.reader.stop()
      options.onExchange({
        at: turn.at,
        provider: route.provider.name,
        path: route.path,
        status: answer.status,
        request: boundText(taken.body, limits.exchangeBytes),
        response: answer.reader.text(),
        requestDigest: createTextDigest().add(taken.body).done(),
        responseDigest: answer.reader.digest(),
      })
    } finally {
      inFlight -= 1
    }
  }

  /** Each further try is a request of its own: in the record, and in what the session may send. */
  function retryOf(turn: Turn, { model: name, body }: TakenRequest): Persistence['mayRetry'] {
    return ({ why, waitMs }) => {
      if (spend.reached() !== null || log.full() || !uploads.take(body.length)) return false
      decide(turn, true, `${turn.route.path}, model ${name}, again in ${waitMs} ms: ${why}`)
      return true
    }
  }

  async function charge(taken: TakenRequest, answer: ModelAnswer): Promise<void> {
    const before = spend.usage()
    const tokens = tokensOf(taken, answer)
    if (tokens !== null) spend.add(taken.model, tokens)
    await daySpend.add(spendSince(before, spend.usage()))
  }

  function modelStop(): ModelStop | null {
    if (stop !== null && isLimit(stop.kind)) return stop
    const quota = daySpend.spent()
    if (quota !== null) return { kind: 'quota', quota }
    return answered ? null : stop
  }

  return {
    async handle(request, response) {
      const route = parseModelRoute(request.url ?? '')
      if (route === null || isLookAround(request, route.path)) return sendNothingHere(response)
      await serve({ at: log.now(), route, request, response })
    },
    usage: () => spend.usage(),
    modelStop,
    answerStop: () => (answerStop === 'refusal' || answerStop === 'limit' ? answerStop : null),
    close: () => caller.close(),
  }
}

function spendSince(before: Usage, { costUsd, inputTokens, outputTokens }: Usage): ModelSpend {
  const tokens = inputTokens + outputTokens - before.inputTokens - before.outputTokens
  return { usd: costUsd - before.costUsd, tokens }
}

function isLimit(kind: ProviderStop['kind']): boolean {
  return kind === 'cost-limit' || kind === 'token-limit'
}

const noHold: Disposable = { [Symbol.dispose]() {} }

const keyRefused = { status: 503, why: "the provider does not take the operator's key", instead: stopAsking }

function sendNothingHere(response: ServerResponse): void {
  const why = "this is the sandbox's only door: an HTTP proxy, and model APIs at /anthropic, /openai and /gemini."
  sendRefusal(response, { status: 404, what: 'nothing, but there is nothing here.', why, instead: onlyInference })
}
