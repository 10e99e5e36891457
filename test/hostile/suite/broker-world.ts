import { connectTcp } from '../../../worker/broker/egress/connect-checked.ts'
import type { Sandbox } from '../../../worker/pipeline/ports/index.ts'
import type { World } from '../../broker/broker-world.ts'
import { openWorld, publicAddress, startSink } from '../../broker/broker-world.ts'
import type { BrokerCase } from '../cases/broker-abuse.ts'
import { allowedHost } from '../cases/broker-abuse.ts'
import type { Finding } from '../hostile-case.ts'
import type { AttemptCase } from './attempt-case.ts'
import type { FileOwner } from './host-files.ts'
import { type Answers, tryInside } from './run-attempts.ts'

const realKey = 'sk-real-0123456789abcdefghijklmnopqrstuvwxyz'

export interface BrokerWorld extends AsyncDisposable {
  readonly socketPath: string
  abuse(sandbox: Sandbox, cases: readonly BrokerCase[]): Promise<readonly Finding[]>
}

/** The real broker, which may let one name through. Wherever else it dials, one sink takes it all. */
export async function openBrokerWorld(owner: FileOwner | null): Promise<BrokerWorld> {
  await using opened = new AsyncDisposableStack()
  const answer = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}'
  const forbidden = opened.use(await startSink(answer))
  const allowed = opened.use(await startSink(answer))
  const provider = opened.use(await startSink(answer))
  const upstream = { baseUrl: `http://127.0.0.1:${provider.port}`, apiKey: realKey }
  const world = opened.use(
    await openWorld({
      phase: 'agent',
      owner,
      model: { costUsd: 5 },
      egress: [allowedHost, `loopback.${allowedHost}`, `metadata.${allowedHost}`],
      names: {
        [allowedHost]: [publicAddress],
        [`loopback.${allowedHost}`]: ['127.0.0.1'],
        [`metadata.${allowedHost}`]: ['169.254.169.254'],
      },
      deps: {
        upstreams: { anthropic: upstream, openai: upstream, gemini: upstream },
        connect: (address, port) =>
          connectTcp('127.0.0.1', address === publicAddress && port === 80 ? allowed.port : forbidden.port),
      },
    }),
  )
  const other: World = opened.use(await openWorld({ phase: 'agent', model: { costUsd: 5 } }))
  const kept = opened.move()
  const places = { placeholder: world.session.placeholderKey, other_placeholder: other.session.placeholderKey }
  const received = () => [forbidden, allowed, provider].map((sink) => sink.received()).join('\n')

  const run = async (sandbox: Sandbox, cases: readonly BrokerCase[], which: 'hostile' | 'allowed') => {
    const before = received().length
    const answers = await tryInside(
      sandbox,
      cases.map((one) => asAttempt(one, one[which])),
      places,
    )
    return { answers, heard: received().slice(before) }
  }

  return {
    socketPath: world.socketPath,
    abuse: async (sandbox, cases) => {
      const hostile = await run(sandbox, cases, 'hostile')
      const before = hostile.heard
      const control = await run(sandbox, cases, 'allowed')
      return cases.map(({ name }) => finding(name, hostile.answers, before, control.heard, control.answers))
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

const asAttempt = ({ hostile: _hostile, allowed: _allowed, ...one }: BrokerCase, inside: string): AttemptCase => ({
  ...{ ...one, inside, judge: 'arrived', control: 'user', onlyLooks: true },
})

const saysName = (heard: string, name: string) => new RegExp(`${name}(?![a-z-])`).test(heard)

function finding(name: string, hostile: Answers, heard: string, controlHeard: string, control: Answers): Finding {
  const answer = hostile.get(name)
  if (answer === undefined) throw new Error(`the attempt ${name} gave no answer`)
  return {
    name,
    through: saysName(heard, name),
    control: saysName(controlHeard, name),
    detail: `${answer.detail} (control: ${control.get(name)?.detail ?? 'none'})`,
  }
}
