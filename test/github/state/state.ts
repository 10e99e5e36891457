import type { CollaboratorRole, Installation, Issue, Label, Repository, Team, User } from './entities.ts'

export interface State {
  readonly users: User[]
  readonly repositories: Repository[]
  readonly installations: Installation[]
  readonly teams: Team[]
  /** Ids are never reused between kinds, so mistaking one for another shows. */
  nextId(): number
}

export function createState(): State {
  let last = 700_000_000
  return { users: [], repositories: [], installations: [], teams: [], nextId: () => ++last }
}

export function findUser(state: State, login: string): User | undefined {
  return state.users.find((user) => same(user.login, login))
}

/** The user with this login; a new one when there is none. */
export function ensureUser(state: State, login: string, type: User['type'] = typeOf(login)): User {
  const known = findUser(state, login)
  if (known) return known
  const user = { id: state.nextId(), login, type }
  state.users.push(user)
  return user
}

export function ensureInstallation(state: State, account: User): Installation {
  const known = state.installations.find((installation) => installation.account === account)
  if (known) return known
  const installation = { id: state.nextId(), account, createdAt: new Date(), suspendedAt: undefined }
  state.installations.push(installation)
  return installation
}

/** By its name now, or by a name that it had before. */
export function findRepository(state: State, owner: string, name: string): Repository | undefined {
  const owned = state.repositories.filter((repository) => same(repository.owner.login, owner))
  return (
    owned.find((repository) => same(repository.name, name)) ??
    owned.find((repository) => repository.formerNames.some((former) => same(former, name)))
  )
}

export function fullName(repository: Repository): string {
  return `${repository.owner.login}/${repository.name}`
}

export function nextIssueNumber(repository: Repository): number {
  return repository.issues.length + 1
}

export function findIssue(repository: Repository, number: number): Issue | undefined {
  return repository.issues.find((issue) => issue.number === number)
}

/** Setting a label that does not exist yet creates it, as on GitHub. */
export function ensureLabel(state: State, repository: Repository, name: string): Label {
  const known = repository.labels.find((label) => same(label.name, name))
  if (known) return known
  const label = { id: state.nextId(), name, color: 'ededed', description: null }
  repository.labels.push(label)
  return label
}

export function roleOf(repository: Repository, user: User): CollaboratorRole {
  if (user === repository.owner && user.type === 'User') return 'admin'
  const role = repository.collaborators.get(user.id) ?? 'none'
  return role === 'none' && !repository.private ? 'read' : role
}

function typeOf(login: string): User['type'] {
  return login.endsWith('[bot]') ? 'Bot' : 'User'
}

export function same(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}
