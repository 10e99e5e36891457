import pino from 'pino'
import { GitHubError } from '../../../app/intake/github-error.ts'
import type { TriggerDeps } from '../../../app/intake/handle-trigger.ts'
import type {
  Attempt,
  BranchHead,
  Divergence,
  HeldBook,
  OpenPullRequest,
  PullRequestNow,
  RepositoryNow,
  ThreadBook,
} from '../../../app/intake/ports.ts'
import type { PolicyText } from '../../../app/repo-policy/evaluate-policy.ts'
import { defaultOperatorPolicy, type OperatorPolicy } from '../../../app/repo-policy/operator/operator-policy.ts'
import type { Asker, RepositoryTraits } from '../../../app/repo-policy/rules/fits-condition.ts'
import { noNotes, type ReviewNotes } from '../../../app/triggers/compose-task.ts'
import type { LivePermission } from '../../../app/triggers/evaluate-authority.ts'
import type { AskedIn, JobRequest } from '../../../worker/contract/index.ts'

export const headSha = 'a'.repeat(40)

export const botLogin = 'airlock[bot]'
/** A person's, from a branch of this repository. */
export const personsPull: PullRequestNow = {
  open: true,
  author: { login: 'ada', type: 'User' },
  ref: 'feature',
  sha: 'b'.repeat(40),
  baseRef: 'main',
  repositoryId: 1,
}
export const ownPull: PullRequestNow = {
  ...personsPull,
  author: { login: botLogin, type: 'Bot' },
  ref: 'airlock/issue-7-0123456789',
}

export interface FakeWorld {
  now: RepositoryNow
  traits: RepositoryTraits
  reachable: boolean
  live: LivePermission | null
  /** What is answered when it is asked who is in a team. */
  asker: Asker
  head: BranchHead
  pull: PullRequestNow | null
  /** Names of protected branches. */
  protectedBranches: readonly string[]
  commits: readonly string[]
  divergence: Divergence | null
  openPulls: readonly OpenPullRequest[]
  /** First lines of the default branch's commits. */
  titles: readonly string[]
  repositoryPolicy: PolicyText
  organisationPolicy: PolicyText
  /** What its devcontainer.json names. */
  devcontainerImage?: string
  /** Calls by name that fail, with what they throw. */
  readonly failing: Map<string, Error>
  /** Effects in the order in which they happened. */
  readonly effects: string[]
  readonly comments: Map<number, string>
  /** What people's comments say now. */
  readonly written: Map<number, string>
  /** What the text of the issue says now. */
  openedWith?: string
  /** What stands on lines of the diff. */
  notes: ReviewNotes
  readonly jobs: JobRequest[]
  readonly held: HeldBook
  readonly threads: ThreadBook
  position: number
  operatorPolicy: OperatorPolicy
  opened: number
}

/** A repository in memory, behind the ports of intake. */
export function createFakeWorld(changes: Partial<FakeWorld> = {}): FakeWorld {
  return {
    now: { owner: 'octo', name: 'repo', private: true, archived: false, defaultBranch: 'main' },
    traits: { fullName: 'octo/repo', nameIsProven: true, visibility: 'private', topics: [], properties: {} },
    reachable: true,
    live: { userId: 42, permission: 'write' },
    asker: { kind: 'known', teams: [] },
    head: { kind: 'commit', sha: headSha },
    pull: personsPull,
    protectedBranches: [],
    commits: [],
    divergence: { common: 'c'.repeat(40), isBehind: true },
    titles: [],
    openPulls: [],
    repositoryPolicy: { kind: 'none' },
    organisationPolicy: { kind: 'none' },
    failing: new Map(),
    effects: [],
    comments: new Map(),
    written: new Map(),
    notes: noNotes,
    jobs: [],
    held: { on: async () => [], decide: async () => null },
    threads: { on: async () => [], cancel: async () => false },
    position: 1,
    operatorPolicy: defaultOperatorPolicy,
    opened: 0,
    ...changes,
  }
}

export const refusal = new GitHubError('denied', 'refused by the test')
export const outage = new GitHubError('unavailable', 'away by the test')

export const attempt: Attempt = { signal: new AbortController().signal, fence: { check: async () => undefined } }

export function fakeDeps(world: FakeWorld): TriggerDeps {
  function may(name: string): void {
    const error = world.failing.get(name)
    if (error !== undefined) throw error
    if (name !== 'open' && world.opened === 0) throw new Error(`${name} after the repository was closed`)
  }
  function act(name: string, detail = ''): void {
    may(name)
    world.effects.push(`${name}${detail === '' ? '' : ` ${detail}`}`)
  }
  const facts = {
    get now() {
      return world.now
    },
    async traits() {
      may('traits')
      return world.traits
    },
    async permissionOf() {
      may('permissionOf')
      return world.live
    },
    async teamsOf() {
      may('teamsOf')
      return world.asker
    },
    async headOf() {
      may('headOf')
      return world.head
    },
    async pullRequest() {
      may('pullRequest')
      return world.pull
    },
    async divergence() {
      may('divergence')
      return world.divergence
    },
    async commitsOf() {
      may('commitsOf')
      return world.commits
    },
    async openPullRequests() {
      may('openPullRequests')
      return world.openPulls
    },
    async titlesBefore() {
      may('titlesBefore')
      return world.titles
    },
    async isProtected(branch: string) {
      may('isProtected')
      return world.protectedBranches.includes(branch)
    },
    async devcontainerImage() {
      may('devcontainerImage')
      return world.devcontainerImage
    },
    async repositoryPolicy() {
      may('repositoryPolicy')
      return world.repositoryPolicy
    },
    async organisationPolicy() {
      may('organisationPolicy')
      return world.organisationPolicy
    },
  }
  const thread = {
    async saidOf(jobId: string) {
      may('saidOf')
      return [...world.comments.values()].find((text) => text.startsWith(`<!-- airlock:job=${jobId} -->`)) ?? null
    },
    acknowledge: async () => act('acknowledge'),
    async findAnswer(jobId: string) {
      may('findAnswer')
      const found = [...world.comments].find(([, text]) => text.startsWith(`<!-- airlock:job=${jobId} -->`))
      return found?.[0] ?? null
    },
    async notes() {
      may('notes')
      return world.notes
    },
    async wordsIn(askedIn: NonNullable<AskedIn>) {
      may('wordsIn')
      const body = askedIn.kind === 'opened' ? world.openedWith : world.written.get(askedIn.commentId)
      return body === undefined ? null : { ...world.notes, body }
    },
    async answer(text: string) {
      act('answer')
      const id = world.comments.size + 1
      world.comments.set(id, text)
      return id
    },
    async edit(id: number, text: string) {
      act('edit')
      world.comments.set(id, text)
    },
    takeLabelOff: async (label: string) => act('takeLabelOff', label),
  }
  return {
    repositories: {
      async open(event) {
        may('open')
        if (!world.reachable) return null
        world.opened += 1
        return {
          facts,
          thread: { ...thread, number: event.subject.number },
          botLogin: async () => botLogin,
          issues: {
            async open(level) {
              act('open issue', level)
              return { repository: 'repo', number: 1 }
            },
            close: async () => act('close issue'),
          },
          async [Symbol.asyncDispose]() {
            world.opened -= 1
          },
        }
      },
    },
    jobs: {
      async enqueue(request) {
        act('enqueue')
        if (!world.jobs.some(({ id }) => id === request.id)) world.jobs.push(request)
        return { position: world.position, startsInMs: 600_000 }
      },
    },
    held: world.held,
    threads: world.threads,
    onPolicy: async () => undefined,
    policyIssues: { claim: async () => false, note: async () => undefined, forget: async () => null },
    now: Date.now,
    operatorPolicy: world.operatorPolicy,
    log: pino({ level: 'silent' }),
  }
}
