import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { GitHubApp, TokenPermissions } from '../../app/github/create-github-app.ts'
import {
  type InstallationFacts,
  readApp,
  readHook,
  readInstallations,
  readRepositoryFacts,
} from '../../app/github/install-facts.ts'
import { createInstallations } from '../../app/github/installations.ts'
import { openByName } from '../../app/github/open-by-name.ts'
import { createSentDeliveries } from '../../app/github/sent-deliveries.ts'
import { GitHubError } from '../../app/intake/github-error.ts'
import { readPolicySources } from '../../app/intake/read-policy.ts'
import { describeProblems, evaluateLevels, parseLevels } from '../../app/repo-policy/evaluate-policy.ts'
import type { OperatorPolicy } from '../../app/repo-policy/operator/operator-policy.ts'
import { teamsAsked } from '../../app/repo-policy/rules/teams-asked.ts'
import { type Manifest, parseManifest } from '../../app/setup/parse-manifest.ts'
import { canAsk } from '../../app/webhooks/parse-trigger-event.ts'
import {
  type Check,
  type FoundPolicy,
  judgeApp,
  judgeHook,
  judgeInstallation,
  judgeOwnersPolicy,
  judgeRepository,
  judgeUnlooked,
} from './judge-install.ts'

/** What is looked at: the App alone, an account with its repositories, or one repository. */
export interface Target {
  readonly owner: string | null
  readonly name: string | null
}

export interface InstallCheckDeps {
  readonly app: GitHubApp
  readonly operator: OperatorPolicy
  readonly now: () => number
}

const manifestFile = new URL('../../app.yml', import.meta.url)
const look: TokenPermissions = { metadata: 'read', contents: 'read' }
const dayMs = 24 * 60 * 60 * 1000
/** Of an account; more are named one by one. */
export const mostRepositories = 50

/** Asks GitHub and judges what it says. Throws GitHubError. */
export async function checkInstall(deps: InstallCheckDeps, target: Target, signal: AbortSignal): Promise<Check[]> {
  const { app, now } = deps
  const manifest = parseManifest(await readFile(manifestFile, 'utf8'))
  const sent = createSentDeliveries(app, canAsk)
  const checks = [
    ...judgeApp(await readApp(app, signal), manifest),
    ...judgeHook(await readHook(app, signal), await sent.since(now() - dayMs, signal)),
  ]
  const installations = await readInstallations(app, signal)
  const { owner } = target
  if (owner === null) return [...checks, ...installations.flatMap((one) => judgeInstallation(one, manifest))]
  const own = installations.find(({ account }) => account.login.toLowerCase() === owner.toLowerCase())
  return own === undefined
    ? [...checks, notInstalled(owner)]
    : [...checks, ...(await checkAccount(deps, own, target.name, manifest, signal))]
}

async function checkAccount(
  deps: InstallCheckDeps,
  installation: InstallationFacts,
  name: string | null,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<Check[]> {
  const checks = judgeInstallation(installation, manifest)
  if (installation.suspended_at) return checks
  const reached = await repositoriesOf(deps.app, installation, signal)
  checks.push(judgeOwnersPolicy(installation.account.login, reached))
  const names = name === null ? reached : [name]
  for (const one of names.slice(0, mostRepositories)) {
    checks.push(...(await checkRepository(deps, installation, one, signal)))
  }
  return [...checks, ...judgeUnlooked(installation.account.login, names.slice(mostRepositories))]
}

async function repositoriesOf(app: GitHubApp, { id }: InstallationFacts, signal: AbortSignal): Promise<string[]> {
  const found = await createInstallations(app).now(id, tokenOwner(), {
    signal,
    fence: { check: async () => undefined },
  })
  return found.kind === 'active' ? found.repositories.map(({ name }) => name) : []
}

async function checkRepository(
  deps: InstallCheckDeps,
  { id, account, permissions }: InstallationFacts,
  name: string,
  signal: AbortSignal,
): Promise<Check[]> {
  const at = { owner: account.login, name }
  const found = await readPolicy(deps, at, signal)
  if (found === null) return [notInstalled(`${at.owner}/${name}`)]
  const mayReadSettings = permissions.administration !== undefined
  const mayReadLabels = permissions.issues !== undefined
  const asked: TokenPermissions = {
    ...look,
    ...(mayReadLabels ? { issues: 'read' } : {}),
    ...(mayReadSettings ? { administration: 'read' } : {}),
  }
  await using client = await deps.app.openClient(id, { owner: tokenOwner(), names: [name] }, asked, signal)
  const label = typeof found.policy === 'string' || !mayReadLabels ? null : found.policy.triggers.label
  const where = { owner: at.owner, repo: name }
  return judgeRepository(await readRepositoryFacts(client, where, { label, mayReadSettings }), found, permissions)
}

/** Null: the App does not reach the repository. */
async function readPolicy(
  { app, operator }: InstallCheckDeps,
  at: { readonly owner: string; readonly name: string },
  signal: AbortSignal,
): Promise<FoundPolicy | null> {
  try {
    await using repository = await openByName(app, at, tokenOwner(), signal)
    if (repository === null) return null
    const { facts } = repository
    const sources = await readPolicySources(facts, operator, await facts.headOf(facts.now.defaultBranch))
    const parsed = parseLevels(sources.texts)
    if (!parsed.ok) return { policy: describeProblems(parsed.problems), teams: [] }
    const resolution = evaluateLevels(operator, parsed.levels, sources.traits)
    const policy = resolution.ok ? resolution.policy : describeProblems(resolution.problems)
    return { policy, teams: teamsAsked(operator, parsed.levels) }
  } catch (error) {
    // A token for what is not reached is not minted.
    if (error instanceof GitHubError && (error.code === 'rejected' || error.code === 'denied')) return null
    throw error
  }
}

function notInstalled(of: string): Check {
  const mend = "install it: the App's page, Install App; or let the installation reach it"
  return { of, what: 'installation', state: 'missing', found: 'the App is not installed there', mend }
}

const tokenOwner = () => `install-check-${randomUUID()}`
