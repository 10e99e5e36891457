import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import { z } from 'zod'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { type EngineFacts, readEngineFacts } from './engine-facts.ts'
import { EngineTimeout, engineFailure, statusOf } from './engine-failure.ts'

/** An Engine, as far as sandboxes need it. Everything throws SandboxError; what is already so is no error. */
export interface EngineClient {
  readonly socket: string
  facts(): Promise<EngineFacts>
  hasImage(name: string): Promise<boolean>
  /** Makes an image of one layer out of a tar, under this name. */
  importImage(name: string, tar: string): Promise<void>
  /** False: a container uses it. One that is not there is no error. */
  removeImage(name: string): Promise<boolean>
  /** Returns the container's id. */
  create(config: Dockerode.ContainerCreateOptions): Promise<string>
  /** One connection for the standard streams of the next start: written to it is its input. */
  attach(id: string): Promise<Duplex>
  start(id: string): Promise<void>
  /** Waits for its end, however long that takes, and returns the exit code. */
  wait(id: string, signal: AbortSignal): Promise<number>
  inspect(id: string): Promise<ContainerState | null>
  kill(id: string): Promise<void>
  /** Its name or id; also of one that runs. */
  remove(id: string): Promise<void>
  /** All that have a label of this name, or all, running or not. */
  list(label?: string): Promise<readonly ListedContainer[]>
}

const answerTimeoutMs = 60_000
const importTimeoutMs = 600_000
/** Podman looks for the end this often; Docker knows of it. */
const waitInterval = '10ms'

const connectionSchema = z.instanceof(Duplex)
const endSchema = z.object({ StatusCode: z.int() })
const stateSchema = z
  .object({
    State: z.object({ Pid: z.int(), OOMKilled: z.boolean() }),
    GraphDriver: z
      .object({ Data: z.object({ MergedDir: z.string() }) })
      .nullish()
      .catch(null),
  })
  .transform(({ State, GraphDriver }) => ({
    /** On the host; 0: it does not run. */
    pid: State.Pid,
    memoryKilled: State.OOMKilled,
    rootMount: GraphDriver?.Data.MergedDir ?? null,
  }))
export type ContainerState = z.infer<typeof stateSchema>
const listedSchema = z
  .object({ Id: z.string(), Labels: z.record(z.string(), z.string()).nullable() })
  .transform(({ Id, Labels }) => ({ id: Id, labels: Labels ?? {} }))
export type ListedContainer = z.infer<typeof listedSchema>
const progressSchema = z.object({ error: z.string().optional() })

/** `socket` is the absolute path of the Engine's unix socket. Nothing is connected before it is asked for. */
export function createEngineClient(socket: string): EngineClient {
  let made: Dockerode | undefined
  const docker = () => {
    // Throws where there is none: then there is nothing to load a client for.
    if (made === undefined) statSync(socket)
    made ??= createDockerode(socket)
    return made
  }
  const ask = async <Answer>(
    tried: string,
    question: (docker: Dockerode) => Promise<Answer>,
    timeoutMs = answerTimeoutMs,
  ): Promise<Answer> => {
    const late = sleep(timeoutMs, null, { ref: false }).then(() => Promise.reject(new EngineTimeout()))
    try {
      return await Promise.race([Promise.try(() => question(docker())), late])
    } catch (error) {
      throw engineFailure(error, socket, tried)
    }
  }

  return {
    socket,
    facts: async () => {
      const answers = await ask('say what it is', (docker) => Promise.all([docker.info(), docker.version()]))
      return readEngineFacts(...answers)
    },
    hasImage: async (name) => {
      const found = await ask('look for the image', (docker) => unless([404], docker.getImage(name).inspect()))
      return found !== undefined
    },
    importImage: async (name, tar) => {
      // All of the name as one: Podman 4 does not read the tag where Docker has it.
      const done = (docker: Dockerode) => docker.importImage(tar, { repo: name }).then(followImport)
      await ask('import the image', done, importTimeoutMs)
    },
    removeImage: (name) => ask('remove the image', (docker) => removeImage(docker, name)),
    create: async (config) => (await ask('make the container', (docker) => docker.createContainer(config))).id,
    attach: (id) => ask('connect to the container', (docker) => attach(docker, id)),
    start: async (id) => void (await ask('start the container', (docker) => docker.getContainer(id).start())),
    wait: async (id, abortSignal) => {
      const asked = { interval: waitInterval, abortSignal }
      try {
        return endSchema.parse(await docker().getContainer(id).wait(asked)).StatusCode
      } catch (error) {
        throw engineFailure(error, socket, 'tell how the container ended')
      }
    },
    inspect: async (id) => {
      const found = await ask('look at the container', (docker) => unless([404], docker.getContainer(id).inspect()))
      return found === undefined ? null : stateSchema.parse(found)
    },
    kill: async (id) => {
      // 409: it does not run.
      await ask('kill the container', (docker) => unless([404, 409], docker.getContainer(id).kill()))
    },
    remove: async (id) => {
      const options = { force: true, v: true }
      // 409: somebody else removes it at this moment.
      await ask('remove the container', (docker) => unless([404, 409], docker.getContainer(id).remove(options)))
    },
    list: async (label) => {
      const options = { all: true, ...(label === undefined ? {} : { filters: { label: [label] } }) }
      const found = await ask('list the containers', (docker) => docker.listContainers(options))
      return z.array(listedSchema).parse(found)
    },
  }
}

async function removeImage(docker: Dockerode, name: string): Promise<boolean> {
  try {
    await docker.getImage(name).remove()
    return true
  } catch (error) {
    if (statusOf(error) === 404) return true
    // A container uses it.
    if (statusOf(error) === 409) return false
    throw error
  }
}

const load = createRequire(import.meta.url)

/** Loaded when an Engine that is there is first asked: it brings clients for SSH and gRPC along, which take as long as all of ours. */
function createDockerode(socket: string): Dockerode {
  const Client: typeof Dockerode = load('dockerode')
  // What dockerode reads from the environment, such as DOCKER_HOST, must not lead elsewhere or cut a command short.
  const unset = { host: undefined, port: undefined, ca: undefined, timeout: undefined }
  return new Client({ ...unset, socketPath: socket, protocol: 'http' })
}

/**
 * Not dockerode's own attach: that sends its options as the body of the request, and Podman hands the body of an
 * attach to the container as the first of its input.
 */
async function attach(docker: Dockerode, id: string): Promise<Duplex> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const asked = {
    path: `/containers/${id}/attach?`,
    method: 'POST',
    options: { stream: true, stdin: true, stdout: true, stderr: true },
    file: Buffer.alloc(0),
    hijack: true,
    isStream: true,
    statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
  }
  docker.modem.dial(asked, (error: unknown, connection: unknown) => (error ? reject(error) : resolve(connection)))
  return connectionSchema.parse(await promise)
}

/** An import is answered with a line of JSON for each step, and fails in one of them. */
async function followImport(answer: NodeJS.ReadableStream): Promise<void> {
  let text = ''
  for await (const chunk of answer) text = (text + String(chunk)).slice(-65_536)
  for (const line of text.split('\n').filter((line) => line.trim() !== '')) {
    const error = progressSchema.safeParse(parseJson(line)).data?.error
    if (error !== undefined) throw new SandboxError('start-failed', `the Engine could not import the image: ${error}`)
  }
}

async function unless<Answer>(statuses: readonly number[], answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer
  } catch (error) {
    if (statuses.includes(statusOf(error) ?? 0)) return undefined
    throw error
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
