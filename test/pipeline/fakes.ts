import { createHash } from 'node:crypto'
import type {
  ChangeSet,
  JobRequest,
  JobSummary,
  Outcome,
  Policy,
  Posture,
  Quota,
  Usage,
} from '../../worker/contract/index.ts'
import type { Attempt, PipelinePorts } from '../../worker/pipeline/job.ts'
import {
  type AgentEvent,
  type BaseTree,
  type CollectResult,
  type ExecRequest,
  type ExecResult,
  FenceLostError,
  type JobProgress,
  type Merge,
  type ModelStop,
  noRights,
  type Published,
  type SealResult,
  type Snapshot,
  type TrustedFile,
} from '../../worker/pipeline/ports/index.ts'
import { plainPolicy } from '../fixtures/plain-policy.ts'

export const policy: Policy = { ...plainPolicy, setup: { run: ['install'], secrets: [], network: ['npm'] } }

export function requestOf(changes: Partial<Policy> = {}): JobRequest {
  const digest = createHash('sha256').update('fix it').digest('hex')
  return {
    version: 1,
    id: 'job0000001',
    installationId: 1,
    repository: { id: 7, owner: 'acme', name: 'widget', private: true, defaultBranch: 'main' },
    actor: { id: 9, login: 'ada' },
    subject: { kind: 'issue', number: 3, title: 'It is broken' },
    trigger: { kind: 'label', deliveryId: 'd', eventKey: 'e', commentId: null, receivedAt: '2026-01-01T00:00:00.000Z' },
    task: { text: 'fix it', digest },
    base: { ref: 'main', sha: 'a'.repeat(40) },
    policy: { ...policy, ...changes },
    policyDigest: digest,
    agent: 'command',
  }
}

const posture: Posture = {
  isolation: 'process',
  engine: 'fake',
  versions: {},
  network: 'none',
  dns: 'none',
  hostReads: 'listed',
  credentials: 'none',
  limits: {
    memory: { level: 'complete', by: 'cgroup-v2' },
    cpu: { level: 'complete', by: 'cgroup-v2' },
    pids: { level: 'complete', by: 'cgroup-v2' },
    disk: { level: 'best-effort', by: 'monitor' },
    files: { level: 'best-effort', by: 'monitor' },
    wall: { level: 'complete', by: 'timer' },
    output: { level: 'complete', by: 'monitor' },
  },
  audit: { exec: 'complete', connect: 'complete', files: 'none' },
  degraded: [],
  digest: 'd'.repeat(64),
}

const changeSet: ChangeSet = {
  baseSha: 'a'.repeat(40),
  treeSha: 'b'.repeat(40),
  files: [
    { path: 'a.js', before: null, after: { mode: '100644', sha: 'c'.repeat(40), content: Buffer.from('one\ntwo\n') } },
  ],
}

export const exited: ExecResult = {
  ended: 'exited',
  exitCode: 0,
  signal: null,
  durationMs: 1,
  outputBytes: 0,
  processes: [],
  processesTruncated: false,
}

/** What a test may change of the world, and what it can read afterwards. */
export interface World {
  exec: (phase: string, request: ExecRequest) => Promise<ExecResult>
  recheck: () => Outcome | null | Promise<Outcome | null>
  /** Where the base's branch is by now. */
  movedTo: string | null
  sealed: SealResult['kind']
  /** What an earlier job sealed. */
  snapshot: Snapshot | null
  restore: (signal: AbortSignal) => Promise<void>
  /** Keys that were looked up. */
  readonly asked: string[]
  /** Texts of the base commit's files by path. */
  files: Readonly<Record<string, string>>
  /** Was the base commit fetched before? */
  isMirrored: boolean
  /** Instructions of the default branch's commit. */
  trusted: readonly TrustedFile[]
  /** What the image has. */
  programs: ReadonlySet<string>
  collected: CollectResult
  merge: (request: JobRequest, theirs: string) => Promise<Merge>
  changes: (between: { readonly from: string; readonly to: string }) => ChangeSet | null
  /** Of the collected change. */
  patch: Uint8Array | null
  leftProcesses: number
  modelStop: ModelStop | null
  answerStop: 'refusal' | 'limit' | null
  /** Of the model, by the session that is open. */
  usage: Usage
  missingKey: string | null
  fenceHeld: boolean
  secrets: Map<string, string>
  saved: unknown
  stage: () => Promise<string>
  handOff: () => Promise<Partial<Published>>
  events: AgentEvent[]
  /** What is used up before the job begins. */
  spent: Quota | null
  readonly log: string[]
  readonly audit: { kind: string; data: unknown }[]
  readonly progress: JobProgress[]
  finished: JobSummary | null
}

export function createWorld(changes: Partial<World> = {}): World {
  return {
    exec: async () => exited,
    recheck: () => null,
    movedTo: null,
    sealed: 'sealed',
    snapshot: null,
    restore: async () => {},
    asked: [],
    files: {},
    isMirrored: true,
    trusted: [],
    programs: new Set(['npm']),
    collected: { kind: 'changes', changeSet },
    merge: async () => {
      throw new Error('nothing was to be merged')
    },
    changes: () => null,
    patch: Buffer.from('diff --git a/a.js b/a.js\n+one\n+two\n'),
    leftProcesses: 0,
    modelStop: null,
    answerStop: null,
    usage: { requests: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 },
    missingKey: null,
    fenceHeld: true,
    secrets: new Map(),
    saved: null,
    stage: async () => 'f'.repeat(40),
    handOff: async () => ({}),
    events: [],
    spent: null,
    log: [],
    audit: [],
    progress: [],
    finished: null,
    ...changes,
  }
}

export function attemptOf(world: World, changes: Partial<Attempt> = {}): Attempt {
  return {
    number: 1,
    final: true,
    signal: new AbortController().signal,
    settle: async () => {},
    fence: {
      async check() {
        if (!world.fenceHeld) throw new FenceLostError('taken over')
      },
    },
    ...changes,
  }
}

/** Ports in memory that write down in which order they were used. */
export function portsOf(world: World): PipelinePorts {
  const log = (entry: string) => {
    world.log.push(entry)
  }
  return {
    authority: {
      async recheck(_request, _signal, onMoved) {
        log('recheck')
        if (world.movedTo !== null) onMoved?.(world.movedTo)
        return world.recheck()
      },
    },
    rights: noRights,
    engines: [engineOf(world, log)],
    images: {
      ...{ digestOf: async () => null, toGet: () => '', hostDigest: async () => 'host' },
      programs: async () => world.programs,
    },
    brokers: brokersOf(world, log),
    source: {
      find: async () => (world.isMirrored ? treeOf(world) : null),
      async materialise(request, paths) {
        log(paths.workspace === null ? 'fetch' : 'materialise')
        const tree = treeOf(world)
        return {
          sha: request.base.sha,
          treeSha: tree.treeSha,
          tree,
          files: 1,
          bytes: 1,
          paths: Object.keys(world.files),
          notes: [],
        }
      },
      async layOut(_request, workspace) {
        log(`lay out ${workspace}`)
      },
      trusted: async () => world.trusted,
      async collect() {
        log('collect')
        return world.collected
      },
      merge: async (request, { theirs }) => world.merge(request, theirs.sha),
      changes: async (_repository, between) => world.changes(between),
      patch: async () => world.patch,
    },
    snapshots: snapshotsOf(world, log),
    folders: {
      async create() {
        const dispose = async () => log('folders removed')
        return {
          root: '/r',
          setup: { workspace: '/setup/w', home: '/setup/h' },
          agent: { workspace: '/agent/w', home: '/agent/h' },
          repository: '/g',
          brokerSocket: '/s',
          [Symbol.asyncDispose]: dispose,
        }
      },
      give: async () => {},
      reap: async () => 0,
      find: (folder) => folder,
      async write(_folder, path) {
        log(`write ${path}`)
      },
      async link(_folder, path) {
        log(`link ${path}`)
      },
      async remove(folder, path) {
        log(`${folder === '/agent/w' ? 'remove' : 'clear'} ${path}`)
      },
    },
    secrets: {
      async load(_repository, names) {
        return { values: world.secrets, missing: names.filter((name) => !world.secrets.has(name)) }
      },
    },
    agents: {
      providerOf: (name) => (name === 'command' ? null : 'anthropic'),
      async load(name) {
        const plan = () => ({ argv: ['agent'], env: {}, files: [] })
        return { adapter: { name, plan, parseLine: () => world.events }, toolPath: null }
      },
    },
    gates: [],
    registries: { ask: async () => new Map() },
    publisher: {
      async stage() {
        log('stage')
        return world.stage()
      },
      async handOff(input) {
        log(`hand off ${input.commit}`)
        const pullRequest = { number: 5, url: 'https://example.com/5' }
        return { branch: input.branch, commit: input.commit, pullRequest, ...(await world.handOff()) }
      },
    },
    reporter: {
      async progress(_request, progress) {
        world.progress.push(progress)
      },
      async finished(_request, summary) {
        log('finished')
        world.finished = summary
      },
    },
    wording: {
      branch: () => 'airlock/issue-3',
      commitMessage: () => 'fix',
      releaseMessage: () => 'let CI run',
      pullRequest: () => ({ title: 'Fix', body: 'Body' }),
      running: () => '',
      finished: () => '',
      checkRuns: () => [],
      findingText: ({ message }) => message,
      heldIssue: () => ({ marker: '', title: 'Held', body: '' }),
    },
    audits: {
      async open() {
        return {
          path: '/audit',
          head: () => 'e'.repeat(64),
          append: (kind, data) => world.audit.push({ kind, data }),
          async seal() {
            log('sealed record')
            return { path: '/audit', head: '' }
          },
        }
      },
    },
    checkpoints: {
      load: async () => world.saved,
      async save(_id, value) {
        log('checkpoint')
        world.saved = JSON.parse(JSON.stringify(value))
      },
    },
    spending: { add: async () => world.spent },
    held: null,
    blocked: null,
    sessions: null,
    ci: null,
    elsewhere: null,
    now: () => Date.now(),
  }
}

function engineOf(world: World, log: (entry: string) => void): PipelinePorts['engines'][number] {
  return {
    isolation: 'process',
    seesMounts: () => true,
    posture: async () => posture,
    fileOwner: () => null,
    reap: async () => 0,
    list: async () => [],
    kill: async () => false,
    async create(spec) {
      log(`sandbox ${spec.phase}`)
      const destroy = async () => {
        log(`destroyed ${spec.phase}`)
        return { processes: world.leftProcesses, mounts: 0, groups: 0 }
      }
      return {
        id: spec.phase,
        exec: (request) => world.exec(spec.phase, request),
        destroy,
        [Symbol.asyncDispose]: async () => {
          await destroy()
        },
      }
    },
  }
}

function brokersOf(world: World, log: (entry: string) => void): PipelinePorts['brokers'] {
  return {
    presets: async () => new Set(['npm', 'pypi']),
    missingKey: async () => world.missingKey,
    async open(spec) {
      log(`broker ${spec.phase}: ${spec.egress.join(' ')}`)
      return {
        placeholderKey: 'placeholder',
        gateway: { anthropic: '', openai: '', gemini: '' },
        tools: [],
        env: {},
        decisions: () => [],
        usage: () => world.usage,
        traffic: () => ({ bytesOut: 0, bytesIn: 0 }),
        modelStop: () => (spec.phase === 'agent' ? world.modelStop : null),
        answerStop: () => world.answerStop,
        [Symbol.asyncDispose]: async () => log(`broker closed ${spec.phase}`),
      }
    },
  }
}

/** The base commit's files as text by path. */
function treeOf({ files }: World): BaseTree {
  return {
    treeSha: 'e'.repeat(40),
    list: async () => new Map(Object.entries(files).map(([path, text]) => [path, `100644 ${text.length} ${text}`])),
    read: async (paths) => new Map(paths.flatMap((path) => (path in files ? [[path, files[path] ?? '']] : []))),
  }
}

/** As the store has it; `kept` is what comes of looking at all of it. */
export function storedSnapshot(layer: Snapshot['layer'], kept: Snapshot['kept'] = async () => new Map()): Snapshot {
  return { key: 'k', kept, layer }
}

function snapshotsOf(world: World, log: (entry: string) => void): PipelinePorts['snapshots'] {
  return {
    versionsOf: async (secrets) => Object.fromEntries(secrets),
    async find(key) {
      world.asked.push(key)
      return world.snapshot ?? { missing: 'none' }
    },
    async seal({ store }) {
      log('seal')
      if (world.sealed === 'secret-found')
        return { kind: 'secret-found', path: '.npmrc', secret: 'TOKEN', encoding: 'raw' }
      if (world.sealed === 'unsafe') return { kind: 'unsafe', path: 'pipe', why: 'is a FIFO' }
      const kept = new Map()
      const snapshot = store && {
        ...{ key: store.shared ?? store.exact, layer: store.shared === null ? null : [] },
        kept: async () => kept,
      }
      return { kind: 'sealed', snapshot, kept, honeytokens: 3, cleaned: [] }
    },
    async restore(_snapshot, _into, _viewer, signal) {
      log('restore')
      await world.restore(signal)
      return {
        async place() {
          log('place')
          return { by: 'overlay', why: null }
        },
      }
    },
    handOver: async () => log('hand over'),
  }
}
