import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { defaultPolicy } from '../../app/repo-policy/default-policy.ts'
import { findHostTools } from '../../cli/wiring/host-tools.ts'
import { createBrokerFactory } from '../../worker/broker/create-broker-factory.ts'
import type { Sandbox, SandboxSpec } from '../../worker/pipeline/ports/index.ts'
import { hostUser } from '../../worker/sandbox/host-user.ts'
import { createImageStore } from '../../worker/sandbox/image/create-image-store.ts'
import { noNamespaces } from '../../worker/sandbox/overlay/job-namespaces.ts'
import { chooseSystem } from '../../worker/sandbox/process/choose-system.ts'
import { createProcessEngine } from '../../worker/sandbox/process/create-process-engine.ts'
import { prepareHost } from '../../worker/sandbox/process/prepare-host.ts'
import { createProcessSandbox } from '../../worker/sandbox/process/process-sandbox.ts'
import { readProcessIdentity } from '../../worker/sandbox/reaper/process-identity.ts'

/** What sandboxes of a bench need on the host: the engine as a worker has it, folders, and a broker that is open. */
export interface SandboxPlace extends AsyncDisposable {
  readonly folder: string
  readonly workspace: string
  readonly owner: { readonly uid: number; readonly gid: number } | null
  readonly create: (spec: SandboxSpec) => Promise<Sandbox>
  /** The same on a host without strace: no record of processes and connections. */
  readonly createUnaudited: (spec: SandboxSpec) => Promise<Sandbox>
  readonly spec: (broker: boolean) => SandboxSpec
}

const jobId = 'bench0000000'
const nowhere = { baseUrl: 'http://127.0.0.1:9', apiKey: null }

export async function openSandboxPlace(): Promise<SandboxPlace> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp('/tmp/airlock-bench-')
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const hostTools = await findHostTools(process.execPath, process.env.PATH ?? '')
  const images = createImageStore(join(folder, 'images'))
  const engine = createProcessEngine({ runDir: join(folder, 'run'), hostTools, images, now: Date.now })
  const owner = engine.fileOwner(jobId)
  const [workspace, home] = [join(folder, 'workspace'), join(folder, 'home')]
  // The job's user has to get through to its folders.
  await chmod(folder, 0o711)
  for (const path of [workspace, home]) {
    await mkdir(path)
    if (owner !== null) await chown(path, owner.uid, owner.gid)
  }
  const brokerSocket = join(folder, 'door', 'broker.sock')
  const brokers = createBrokerFactory({
    presets: async () => ({ targets: new Map(), env: new Map() }),
    upstreams: { anthropic: nowhere, openai: nowhere, gemini: nowhere },
  })
  const repository = { id: 1, owner: 'bench', name: 'bench' }
  const door = { jobId, repository, phase: 'agent', socketPath: brokerSocket, owner, egress: [], model: null } as const
  stack.use(await brokers.open(door, { onDecision() {}, onExchange() {} }))
  const worker = readProcessIdentity(process.pid)
  if (worker === null) throw new Error('/proc is not mounted')
  const host = { ...(await prepareHost(join(folder, 'run-unaudited'), undefined, worker)), strace: null }
  const system = await chooseSystem('host', host, { images, hostTools })
  const user = process.getuid?.() === 0 ? hostUser(jobId) : null
  const owned = stack.move()
  return {
    ...{ folder, workspace, owner },
    create: engine.create,
    createUnaudited: (spec) =>
      createProcessSandbox({ host, worker, spec, system, user, namespaces: noNamespaces, now: Date.now }),
    spec: (broker) => ({
      ...{ jobId, attempt: 1, phase: 'agent', image: 'host', workspace, home, tools: [] },
      brokerSocket: broker ? brokerSocket : null,
      limits: defaultPolicy.limits,
    }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
