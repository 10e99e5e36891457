import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { once } from '../../../worker/contract/index.ts'
import type { Sandbox, SandboxEngine, SandboxSpec } from '../../../worker/pipeline/ports/index.ts'
import { bombs } from '../cases/bombs.ts'
import { brokerRequests } from '../cases/broker-requests.ts'
import { endings } from '../cases/endings.ts'
import { endlessBombs } from '../cases/neighbours.ts'
import type { Finding } from '../hostile-case.ts'
import type { PartName } from '../parts.ts'
import { runAttempts } from './attempts-part.ts'
import { type Place, runBombs } from './bombs-part.ts'
import { openBrokerWorld } from './broker-world.ts'
import type { Canary } from './canary.ts'
import { runDestroyed, runEndings } from './endings-part.ts'
import { runNeighbours } from './neighbours-part.ts'
import { runPlaces } from './places-part.ts'

export interface StagePlan {
  readonly engine: SandboxEngine
  readonly place: Place
  /** Open to everybody, so that attempts fail for no other reason than the sandbox. */
  readonly folder: string
  readonly canary: Canary
  /** True where the machine is quiet enough to judge speeds. */
  readonly measured: boolean
}

/** What is found comes as it is found, so that an engine that fails in the middle has shown what came before. */
export type Stage = Readonly<Record<PartName, () => AsyncIterable<Finding>>> & { close(): Promise<void> }

/** Nobody else's: a job's id gives it its user of the host, and another column may run beside this one. */
const run = randomBytes(6).toString('hex')
const [job, otherJob, doomedJob] = [`hostile1${run}`, `hostile2${run}`, `hostile3${run}`] as const
/** For all that shares the one sandbox: on a slow machine it takes minutes. */
const wide = { wallMs: 1_800_000, pids: 200 }

/** The parts of the suite, over as few sandboxes as they need: some engines start a machine for each. */
export function createStage({ engine, place, folder, canary, measured }: StagePlan): Stage {
  const opened = new AsyncDisposableStack()
  const owner = engine.fileOwner(job)

  /** One sandbox for everything that disturbs nobody else, with the real broker at its door. */
  const main = once(
    async (): Promise<{ sandbox: Sandbox; spec: SandboxSpec; broker: Awaited<ReturnType<typeof openBrokerWorld>> }> => {
      const broker = opened.use(await openBrokerWorld(owner))
      return { broker, ...(await place.create(wide, { jobId: job, brokerSocket: broker.socketPath })) }
    },
  )

  return {
    async *attempts() {
      const { sandbox, spec } = await main()
      const plan = { sandbox, spec, folder, canary, owner, runDir: join(folder, 'run') }
      yield* await runAttempts({ ...plan, otherOwner: engine.fileOwner(otherJob) })
    },
    async *broker() {
      const { sandbox, broker } = await main()
      yield* await broker.abuse(sandbox, brokerRequests)
    },
    async *endings() {
      const { sandbox } = await main()
      yield* runEndings(sandbox, endings)
      const { sandbox: doomed } = await place.create({}, { jobId: doomedJob })
      const [daemon] = endings
      const owned = { jobId: doomedJob, owner: engine.fileOwner(doomedJob) }
      yield runDestroyed({ sandbox: doomed, ...owned }, daemon?.line ?? '')
    },
    async *places() {
      const { sandbox, spec } = await main()
      const neighbour = await place.create(wide, { jobId: otherJob })
      const nextPhase = async () => {
        await sandbox.destroy()
        return (await place.create({}, { ...spec, brokerSocket: null })).sandbox
      }
      yield* await runPlaces({ canary, sandbox, neighbour: neighbour.sandbox, nextPhase })
      await neighbour.sandbox.destroy()
    },
    bombs: () => runBombs(place, bombs),
    neighbours: () => runNeighbours(place, endlessBombs, measured),
    close: () => opened.disposeAsync(),
  }
}
