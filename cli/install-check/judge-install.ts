/** What is missing or unwise in an installation, from what GitHub says of it. Pure. */
import type { AppFacts, HookFacts, InstallationFacts, RepositoryInstallFacts } from '../../app/github/install-facts.ts'
import type { ListedDelivery } from '../../app/intake/missed-deliveries.ts'
import { organisationPolicyPath, organisationRepositories } from '../../app/repo-policy/evaluate-policy.ts'
import { webhookPath } from '../../app/server.ts'
import type { Manifest } from '../../app/setup/parse-manifest.ts'
import type { Policy } from '../../worker/contract/index.ts'
import { approvalsOf } from '../../worker/contract/index.ts'

export type CheckState = 'ok' | 'missing' | 'unwise' | 'unreadable'

export interface Check {
  /** The App, an account, or a repository. */
  readonly of: string
  readonly what: string
  readonly state: CheckState
  readonly found: string
  /** How to mend it; null: there is nothing to mend. */
  readonly mend: string | null
}

/** Of the permissions that may be granted by hand. */
const optional: ReadonlySet<string> = new Set(['security_events', 'administration', 'actions', 'members'])
const levels = ['none', 'read', 'write', 'admin']
const rankOf = (level: string | undefined) => levels.indexOf(level ?? 'none')
const notReadable = "not readable with the App's permissions"

function check(of: string, what: string, state: CheckState, found: string, mend: string): Check {
  return { of, what, state, found, mend: state === 'ok' ? null : mend }
}

export function judgeApp(app: AppFacts, manifest: Manifest): Check[] {
  const page = "the App's page, Permissions & events"
  return [
    ...judgeGrants('the App', app, manifest, { page, accept: '' }),
    ...Object.entries(app.permissions).flatMap(([name, level]) => {
      const wanted = manifest.default_permissions[name]
      if (optional.has(name) || rankOf(level) <= rankOf(wanted)) return []
      const mend = `${page}: set it to ${wanted ?? 'no access'}`
      return [check('the App', `permission ${name}`, 'unwise', `${level}, which Airlock does not use`, mend)]
    }),
  ]
}

export function judgeInstallation(installation: InstallationFacts, manifest: Manifest): Check[] {
  const of = installation.account.login
  const page = `the settings of ${of}, GitHub Apps, Configure`
  const suspended = installation.suspended_at !== null && installation.suspended_at !== undefined
  return [
    check(
      of,
      'installation',
      suspended ? 'missing' : 'ok',
      suspended ? 'suspended' : 'active',
      `${page}: unsuspend it`,
    ),
    ...judgeGrants(of, installation, manifest, { page, accept: ': accept the new permissions' }),
  ]
}

/** What nobody looked at is not said to be in order. */
export function judgeUnlooked(of: string, names: readonly string[]): Check[] {
  const [first] = names
  if (first === undefined) return []
  const found = `${names.length} more were not looked at, from ${first}`
  return [
    check(of, 'repositories', 'unreadable', found, `ask for each by its name: airlock install-check ${of}/${first}`),
  ]
}

function judgeGrants(
  of: string,
  { permissions, events }: Pick<AppFacts, 'permissions' | 'events'>,
  manifest: Manifest,
  { page, accept }: { readonly page: string; readonly accept: string },
): Check[] {
  const wanted = Object.entries(manifest.default_permissions)
  return [
    ...wanted.map(([name, level]) => {
      const held = permissions[name]
      const state = rankOf(held) >= rankOf(level) ? 'ok' : 'missing'
      return check(of, `permission ${name}`, state, held ?? 'none', `${page}${accept || `: set it to ${level}`}`)
    }),
    ...manifest.default_events.map((name) => {
      const state = events.includes(name) ? 'ok' : 'missing'
      return check(
        of,
        `event ${name}`,
        state,
        state === 'ok' ? 'subscribed' : 'not subscribed',
        `${page}${accept || ': tick it'}`,
      )
    }),
  ]
}

export function judgeHook(hook: HookFacts, deliveries: readonly ListedDelivery[]): Check[] {
  const [of, page] = ['the webhook', "the App's page, General, Webhook"]
  const rightPath = hook.url?.endsWith(webhookPath) === true
  const isJson = hook.contentType === 'json'
  return [
    check(
      of,
      'address',
      rightPath ? 'ok' : 'missing',
      hook.url ?? 'none',
      `${page}: an address that ends with ${webhookPath}`,
    ),
    check(
      of,
      'secret',
      hook.hasSecret ? 'ok' : 'missing',
      hook.hasSecret ? 'set' : 'none',
      `${page}: the value of WEBHOOK_SECRET`,
    ),
    check(of, 'content type', isJson ? 'ok' : 'missing', hook.contentType ?? 'none', `${page}: application/json`),
    check(
      of,
      'TLS',
      hook.checksTls ? 'ok' : 'unwise',
      hook.checksTls ? 'verified' : 'not verified',
      `${page}: enable SSL verification`,
    ),
    judgeDeliveries(of, deliveries),
  ]
}

/** By delivery, not by attempt: one that was taken at last is not missed. */
function judgeDeliveries(of: string, attempts: readonly ListedDelivery[]): Check {
  const all = new Set(attempts.map(({ guid }) => guid))
  const taken = new Set(
    attempts.filter(({ statusCode }) => statusCode >= 200 && statusCode < 300).map(({ guid }) => guid),
  )
  const missed = all.size - taken.size
  const unsigned = attempts.some(({ statusCode }) => statusCode === 401)
  const mend = unsigned
    ? 'the app answered 401: WEBHOOK_SECRET is not the secret of the webhook'
    : "see whether the app runs and can be reached from GitHub: the App's page, Advanced, Recent deliveries"
  return check(of, 'deliveries', missed === 0 ? 'ok' : 'unwise', `${missed} of the last ${all.size} missed`, mend)
}

/** Whether an owner's policy can hold: GitHub does not tell what the App does not reach from what is not there. */
export function judgeOwnersPolicy(of: string, reached: readonly string[]): Check {
  const found = organisationRepositories.filter((name) => reached.includes(name))
  const none = `neither ${organisationRepositories.join(' nor ')} is reached: an ${organisationPolicyPath} there does not hold`
  const mend = `where ${of} has one of them with an ${organisationPolicyPath}, let the installation reach it`
  if (found.length > 0) return check(of, "organisation's policy", 'ok', `looked for in ${found.join(', ')}`, '')
  return check(of, "organisation's policy", 'unreadable', none, mend)
}

/** What all levels say together, or what is wrong with them; and the teams that they name. */
export interface FoundPolicy {
  readonly policy: Policy | string
  readonly teams: readonly string[]
}

/** `permissions`: what the App was granted there. */
export function judgeRepository(
  facts: RepositoryInstallFacts,
  { policy, teams }: FoundPolicy,
  permissions: InstallationFacts['permissions'],
): Check[] {
  const { fullName: of, defaultBranch } = facts
  const rules = `${of}, Settings, Rules, for ${defaultBranch}`
  const valid = typeof policy !== 'string'
  return [
    check(
      of,
      'archived',
      facts.archived ? 'missing' : 'ok',
      facts.archived ? 'yes' : 'no',
      `${of}, Settings: unarchive it`,
    ),
    check(
      of,
      'policy',
      valid ? 'ok' : 'missing',
      valid ? 'valid' : policy,
      `mend .github/airlock.yml or the organisation's`,
    ),
    ...(valid ? judgePolicy(of, policy) : []),
    ...(valid ? [judgeLabel(facts, policy)] : []),
    ...(valid && policy.runsOn === 'actions' ? [judgeSending(of, permissions)] : []),
    ...(teams.length > 0 ? [judgeTeams(of, teams, permissions)] : []),
    check(
      of,
      'default branch',
      facts.isProtected ? 'ok' : 'unwise',
      facts.isProtected ? 'protected' : 'not protected',
      `${rules}: require a pull request`,
    ),
    judgeApprovals(of, facts, rules),
    judgeWorkflows(of, facts),
  ]
}

function judgePolicy(of: string, policy: Policy): Check[] {
  const { own, permission } = approvalsOf(policy)
  const found = `${permission}${own ? ', whoever asked too' : ', nobody their own'}`
  const mend = 'approvals: { own: false } in .github/airlock.yml or above'
  return [
    check(of, 'who may start', 'ok', policy.triggers.permission, ''),
    check(of, 'who may approve', own ? 'unwise' : 'ok', found, mend),
  ]
}

function judgeLabel({ fullName: of, hasIssues, hasLabel }: RepositoryInstallFacts, { triggers }: Policy): Check {
  const found = hasIssues ? (hasLabel ? 'there' : 'not there yet') : 'issues are off'
  const mend = hasIssues ? `${of}, Issues, Labels: create it` : `${of}, Settings, Features: turn issues on`
  return check(of, `label ${triggers.label}`, hasIssues && hasLabel ? 'ok' : 'missing', found, mend)
}

/** Only where a policy has jobs sent to GitHub Actions: nothing else needs it. */
function judgeSending(of: string, { actions }: InstallationFacts['permissions']): Check {
  const mend = "the App's page, Permissions & events: set Actions to read and write, and accept it in the installation"
  const found = `${actions ?? 'none'}, and the policy says runs-on: actions`
  return check(of, 'permission actions', actions === 'write' ? 'ok' : 'missing', found, mend)
}

/** Without it nobody is known to be in a team, and such a policy starts nothing. */
function judgeTeams(of: string, teams: readonly string[], { members }: InstallationFacts['permissions']): Check {
  const mend = "the App's page, Permissions & events: set Members to read, and accept it in the installation"
  const found = `${members ?? 'none'}, and the policy names teams: ${teams.join(', ')}`
  return check(of, 'permission members', members === undefined ? 'missing' : 'ok', found, mend)
}

function judgeApprovals(of: string, { approvals, isProtected }: RepositoryInstallFacts, rules: string): Check {
  const mend = `${rules}: require an approval`
  if (approvals === null) return check(of, 'approvals to merge', 'unreadable', notReadable, `look at ${rules}`)
  const found = isProtected ? `${approvals} needed` : 'none needed'
  return check(of, 'approvals to merge', approvals > 0 ? 'ok' : 'unwise', found, mend)
}

function judgeWorkflows(of: string, { workflows }: RepositoryInstallFacts): Check {
  const page = `${of}, Settings, Actions, General, Workflow permissions`
  const mend = `${page}: read, and no approving of pull requests`
  if (workflows === null) return check(of, 'workflow token', 'unreadable', notReadable, `look at ${page}`)
  const found = `${workflows.write ? 'write' : 'read'}${workflows.approve ? ', may approve pull requests' : ''}`
  return check(of, 'workflow token', workflows.write || workflows.approve ? 'unwise' : 'ok', found, mend)
}
