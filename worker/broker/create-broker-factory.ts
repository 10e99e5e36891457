/**
 * The broker: the one door of a sandbox. Per job and phase it listens on one unix socket, and who is calling is known
 * from that socket alone. Through it go HTTP and HTTPS to the hosts that the policy lists (egress/), and requests to
 * models with the real key added on the host (gateway/). Everything else has no door here.
 *
 * May import the contract and the pipeline's ports; never github, never a sandbox engine, never the environment.
 *
 * Decided: deny by default, an empty list is closed. Names are resolved here, once; what was checked is what is dialled.
 * TLS stays end to end, and its server name (SNI) has to be that of the CONNECT, which leaves fronting inside TLS to hosts
 * that the policy trusts; but where a rule looks at requests or adds a credential it ends here (inspect/), under an
 * authority of this session's own. Refusals say what, why, and what to do instead, since a model reads them.
 */
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Duplex } from 'node:stream'
import { type NetworkEntry, once } from '../contract/index.ts'
import type { BrokerEvents, BrokerFactory, BrokerSession, BrokerSpec } from '../pipeline/ports/broker.ts'
import { type BrokerLimits, brokerLimits } from './broker-limits.ts'
import { createDecisionLog } from './decision-log.ts'
import { type Connect, connectTcp } from './egress/connect-checked.ts'
import type { Inspection } from './egress/door.ts'
import { type EgressRule, parseEgress } from './egress/parse-egress.ts'
import { type Resolver, systemResolver } from './egress/resolve-host.ts'
import { createGateway } from './gateway/gateway.ts'
import type { Upstreams } from './gateway/provider.ts'
import { type HostTrust, readHostTrust, writeTrustFolder } from './inspect/trust.ts'
import { listenOnSocket } from './listen-on-socket.ts'
import { keyToSet, type ModelKeys, withOwnKeys } from './model-keys.ts'
import { type ModelPrices, modelPrices } from './model-prices.ts'
import type { OperatorPresets, PresetEnv } from './presets.ts'
import { createDoorServer } from './route-request.ts'
import { cloudEnv, gatewayUrls, sessionEnv, sessionTools } from './session-env.ts'
import { createTrafficBudget } from './traffic-budget.ts'

export interface BrokerDeps {
  /** Found out when a policy may name one: asking every package manager takes longer than starting a sandbox. */
  readonly presets: () => Promise<OperatorPresets>
  readonly upstreams: Upstreams
  /** Keys of organisations' and repositories' own. Absent: all use those of `upstreams`. */
  readonly modelKeys?: ModelKeys
  /** Hosts that the operator lets policies name although they resolve to private addresses. */
  readonly privateHosts?: readonly string[]
  /** Host folder with ca-certificates.crt: what programs inside trust; null: what an image brings with it. */
  readonly certificates?: string | null
  readonly resolver?: Resolver
  readonly connect?: Connect
  readonly prices?: ModelPrices
  readonly limits?: BrokerLimits
  /** Milliseconds since the epoch. */
  readonly clock?: () => number
}

export function createBrokerFactory(deps: BrokerDeps): BrokerFactory {
  const hostTrust = once(() => readHostTrust(deps.certificates ?? null))
  return {
    presets: async () => new Set((await deps.presets()).targets.keys()),
    async missingKey(provider, repository) {
      const own = (await deps.modelKeys?.load(repository)) ?? {}
      return keyToSet(provider, withOwnKeys(deps.upstreams, own)[provider])
    },
    open: (spec, events) => openSession(deps, hostTrust, spec, events),
  }
}

async function openSession(
  deps: BrokerDeps,
  hostTrust: () => Promise<HostTrust>,
  spec: BrokerSpec,
  events: BrokerEvents,
): Promise<BrokerSession> {
  const { phase, model } = spec
  const limits = deps.limits ?? brokerLimits
  const clock = deps.clock ?? Date.now
  const { privateHosts = [] } = deps
  const presets = spec.egress.length === 0 ? noPresets : await deps.presets()
  const rules = parseEgress(spec.egress, { presets: presets.targets, privateHosts, secrets: spec.secrets ?? new Map() })
  const trustFolder = join(dirname(spec.socketPath), 'certificates')
  const ownKeys = model === null ? {} : ((await deps.modelKeys?.load(spec.repository)) ?? {})
  const inspection = await openInspection(rules, hostTrust, clock())
  const certificates = inspection === null ? (deps.certificates ?? null) : trustFolder
  const log = createDecisionLog(phase, limits.decisions, clock, (decision) => events.onDecision(decision))
  const traffic = createTrafficBudget(limits.egressBytes, limits.uploadBytes)
  const streams = createStreamSet()
  const ended = new AbortController()
  const signal = ended.signal
  // Long and random: agents mask their key wherever it occurs in their output.
  const placeholderKey = `airlock-${randomBytes(32).toString('base64url')}`

  const gateway = createGateway({
    ...{ phase, model, limits, log, signal, placeholderKey },
    upstreams: withOwnKeys(deps.upstreams, ownKeys),
    prices: deps.prices ?? modelPrices,
    onExchange: (exchange) => events.onExchange(exchange),
  })
  const { server, settled } = createDoorServer(
    {
      ...{ phase, rules, limits, log, traffic, signal, inspection },
      resolver: deps.resolver ?? systemResolver,
      connect: deps.connect ?? connectTcp,
      track: streams.add,
    },
    gateway,
  )
  server.on('connection', streams.add)
  await listenOnSocket(server, spec)
  if (inspection !== null) await writeTrustFolder(trustFolder, inspection.trusted, clock())

  return {
    placeholderKey,
    gateway: gatewayUrls,
    env: {
      ...sessionEnv(certificates),
      ...(model === null || deps.upstreams.anthropic.cloud === undefined ? {} : cloudEnv),
      ...presetEnvOf(presets.env, spec.egress),
    },
    tools: sessionTools(certificates),
    decisions: log.list,
    usage: gateway.usage,
    traffic: traffic.used,
    modelStop: gateway.modelStop,
    answerStop: gateway.answerStop,
    async [Symbol.asyncDispose]() {
      ended.abort()
      gateway.close()
      streams.destroyAll()
      await new Promise((resolve) => server.close(resolve))
      await settled()
      await rm(spec.socketPath, { force: true })
      if (inspection !== null) await rm(trustFolder, { recursive: true, force: true })
    },
  }
}

/** Makes an authority for the hosts whose requests are looked at. Null: there are none. */
async function openInspection(
  rules: readonly EgressRule[],
  hostTrust: () => Promise<HostTrust>,
  now: number,
): Promise<(Inspection & { readonly trusted: readonly string[] }) | null> {
  const inspected = rules.filter(({ requests }) => requests !== null)
  if (inspected.length === 0) return null
  const host = await hostTrust()
  // Few jobs need one, and what writes certificates takes a tenth of a second to load.
  const { createJobAuthority, pemOf } = await import('./inspect/job-authority.ts')
  const authority = createJobAuthority([...new Set(inspected.map((rule) => rule.host))], now)
  return { authority, upstream: host.context, trusted: [...host.pems, pemOf(authority.certificate)] }
}

const noPresets: OperatorPresets = { targets: new Map(), env: new Map() }

function presetEnvOf(presetEnv: PresetEnv, egress: readonly NetworkEntry[]): Record<string, string> {
  return Object.assign({}, ...egress.map((entry) => (typeof entry === 'string' ? presetEnv.get(entry) : undefined)))
}

interface StreamSet {
  add<T extends Duplex>(stream: T): T
  destroyAll(): void
}

/** Every socket of a session, in and out, so that none outlives it. */
function createStreamSet(): StreamSet {
  const open = new Set<Duplex>()
  return {
    add(stream) {
      open.add(stream)
      stream.once('close', () => open.delete(stream))
      return stream
    },
    destroyAll() {
      for (const stream of open) stream.destroy()
    },
  }
}
