/**
 * A stand-in for GitHub: REST below `/api/v3` as on a GitHub Enterprise host, git over
 * smart HTTP, signed webhooks. It keeps state, refuses what GitHub refuses, and fails
 * on command. Tests, the demo and the benches run against it.
 *
 * It is a server of its own on loopback and not a mock inside the process, because what
 * is tested are real clients: octokit, git, and workers in processes that get killed.
 * The demo runs it without development dependencies: GitHub's OpenAPI description and
 * its validator are loaded only with `openapi: true`.
 *
 * May import: Node, zod, its own folder. Nothing of Airlock, so that it can't share a mistake with it.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRunners, dispatchWorkflow, type RunWorkflow, rerunWorkflow } from './actions/workflow-runs.ts'
import { type App, type AppSpec, createApp } from './auth/app.ts'
import { createInstallationTokens, type InstallationTokens } from './auth/installation-tokens.ts'
import { createUserTokens, type UserTokenSpec } from './auth/user-tokens.ts'
import { listRefs, type Ref } from './git/refs.ts'
import { createFaults, type Fault, type Held, type Matcher } from './http/faults.ts'
import { listen } from './http/listen.ts'
import { createMatchRoute } from './http/match-route.ts'
import { createRequestLog, type RecordedRequest } from './http/request-log.ts'
import { createServe, type Failure } from './http/serve.ts'
import { loadCheckRequest } from './openapi/check-request.ts'
import { type Administrators, createAdministrators } from './people/administrators.ts'
import { createMaintainers, type Maintainers } from './people/maintainers.ts'
import { createPeople, type People } from './people/people.ts'
import { createReviewers, type Reviewers } from './people/reviewers.ts'
import { routes } from './routes/routes.ts'
import { commitFiles, createRepository, type Files, type RepositorySpec } from './state/create-repository.ts'
import type { CollaboratorRole, Permissions, Repository, User, WorkflowRun } from './state/entities.ts'
import { createState, ensureInstallation, ensureUser, type State } from './state/state.ts'
import { createDeliveries, type Deliveries } from './webhooks/deliveries.ts'
import type { World } from './world.ts'

export interface GitHubStandInOptions {
  /** Hold every request against GitHub's OpenAPI description; needs the development dependencies. */
  readonly openapi?: boolean
  readonly app?: AppSpec
}

export interface GitHubStandIn extends AsyncDisposable, People, Reviewers, Maintainers, Administrators {
  /** `http://127.0.0.1:PORT`; the API is below `/api/v3`, git at `/OWNER/REPO.git`. */
  readonly url: string
  readonly app: App
  /** The App's installation on its owner's account. */
  readonly installationId: number
  readonly state: State
  readonly tokens: InstallationTokens
  readonly requests: readonly RecordedRequest[]
  /** Requests that no route is made for, answered with 404. Tests assert that there is none. */
  readonly unexpected: readonly RecordedRequest[]
  /** Where the stand-in itself failed. Tests assert this too. */
  readonly failures: readonly Failure[]
  readonly deliveries: Deliveries['list']
  /** Faults that no request has met yet. */
  readonly unusedFaults: readonly Fault[]

  createRepository(spec: RepositorySpec): Promise<Repository>
  /** Commits as the owner would by hand; the new commit. */
  commit(
    repository: Repository,
    commit: { readonly branch: string; readonly message: string; readonly files: Files },
  ): Promise<string>
  refs(repository: Repository): Promise<Ref[]>
  renameRepository(repository: Repository, name: string): void
  /** To an owner whose installation reaches it there. */
  transferRepository(repository: Repository, owner: string): void
  addCollaborator(repository: Repository, login: string, role: CollaboratorRole): User
  /** A token of a person's; it proves who they are. */
  userToken(login: string, spec: UserTokenSpec): string
  revokeUserToken(token: string): void
  /** A team of an organisation, with these members and no others. */
  setTeam(organisation: string, slug: string, members: readonly string[]): void
  /** Adds to what the App may do, as an administrator who agrees to it. */
  grant(permissions: Permissions): void
  /** Suspends or resumes the installation; the App's own by default. */
  suspend(suspended: boolean, installationId?: number): void

  /** What runs workflows; without it they stay in the queue. */
  onRun(handler: RunWorkflow): void
  /** As a person with a right to write does it by hand, on the default branch. */
  dispatch(
    repository: Repository,
    dispatch: { readonly by: string; readonly workflow: string; readonly inputs: Readonly<Record<string, string>> },
  ): Promise<WorkflowRun>
  /** All jobs of a run once more. */
  rerun(repository: Repository, run: WorkflowRun, by: string): void
  /** As a person cancels one in the Actions tab, or its machine is lost. */
  cancelRun(run: WorkflowRun): void

  deliverTo(url: string | undefined): void
  redeliver: Deliveries['redeliver']
  failNext(matcher: Matcher, fault: Fault): void
  hold(matcher: Matcher, when: 'before' | 'after-effect'): Held
  /** Resolves as soon as the check holds; tried again after each request. */
  until(check: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void>
}

export async function createGitHubStandIn(options: GitHubStandInOptions = {}): Promise<GitHubStandIn> {
  const state = createState()
  const stopping = new AbortController()
  const app = await createApp(state, options.app)
  const installation = ensureInstallation(state, app.owner)
  const checkRequest = options.openapi ? await loadCheckRequest(routes) : undefined
  const directory = await mkdtemp(join(tmpdir(), 'github-stand-in-'))
  const http = await listen()
  const tokens = createInstallationTokens(app.id)
  const userTokens = createUserTokens()
  const deliveries = createDeliveries(app, state.nextId, stopping.signal)
  const world: World = {
    url: http.url,
    api: `${http.url}/api/v3`,
    directory,
    app,
    state,
    tokens,
    userTokens,
    deliveries,
    runners: createRunners(),
  }
  const faults = createFaults()
  const log = createRequestLog()
  const failures: Failure[] = []
  const services = { world, faults, log, checkRequest, matchRoute: createMatchRoute(routes), signal: stopping.signal }

  http.serve(createServe(services, failures))

  return {
    ...createPeople(world),
    ...createReviewers(world),
    ...createMaintainers(world),
    ...createAdministrators(world),
    url: world.url,
    app,
    installationId: installation.id,
    state,
    tokens,
    requests: log.list,
    get unexpected() {
      return log.list.filter((request) => request.template === undefined)
    },
    failures,
    deliveries: deliveries.list,
    get unusedFaults() {
      return faults.unused
    },
    createRepository: (spec) => createRepository(world, spec),
    commit: (repository, commit) => commitFiles(repository, { ...commit, by: repository.owner }),
    refs: (repository) => listRefs(repository.gitDir),
    renameRepository(repository, name) {
      repository.formerNames.push(repository.name)
      repository.name = name
    },
    transferRepository(repository, owner) {
      repository.owner = ensureUser(state, owner, 'Organization')
      repository.installation = ensureInstallation(state, repository.owner)
    },
    addCollaborator(repository, login, role) {
      const user = ensureUser(state, login)
      repository.collaborators.set(user.id, role)
      return user
    },
    userToken: (login, spec) => userTokens.create(ensureUser(state, login), spec),
    revokeUserToken: userTokens.revoke,
    setTeam(organisation, slug, members) {
      const owner = ensureUser(state, organisation, 'Organization')
      const known = state.teams.find((team) => team.organisation === owner && team.slug === slug)
      const team = known ?? { id: state.nextId(), organisation: owner, slug, members: new Set(), createdAt: new Date() }
      if (!known) state.teams.push(team)
      team.members.clear()
      for (const login of members) team.members.add(ensureUser(state, login).id)
    },
    grant(permissions) {
      app.permissions = { ...app.permissions, ...permissions }
    },
    suspend(suspended, installationId = installation.id) {
      const suspendedAt = suspended ? new Date() : undefined
      for (const known of state.installations) if (known.id === installationId) known.suspendedAt = suspendedAt
    },
    onRun: world.runners.onRun,
    dispatch: (repository, { by, ...asked }) =>
      dispatchWorkflow(world, repository, { ...asked, ref: repository.defaultBranch, by: ensureUser(state, by) }),
    rerun: (repository, run, by) => rerunWorkflow(world, repository, run, ensureUser(state, by)),
    cancelRun: world.runners.cancel,
    deliverTo: deliveries.deliverTo,
    redeliver: deliveries.redeliver,
    failNext: faults.failNext,
    hold: faults.hold,
    until: log.until,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      faults.releaseAll()
      await deliveries.settled()
      await http.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
