/** What the stand-in remembers. Plain data, changed only by routes and people. */

type PermissionLevel = 'read' | 'write' | 'admin'

/** App permissions by GitHub's names, such as `contents` or `pull_requests`. */
export type Permissions = Readonly<Record<string, PermissionLevel>>

export type CollaboratorRole = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none'

export interface User {
  readonly id: number
  readonly login: string
  readonly type: 'User' | 'Bot' | 'Organization'
}

export interface Installation {
  readonly id: number
  readonly account: User
  readonly createdAt: Date
  suspendedAt: Date | undefined
}

export interface Team {
  readonly id: number
  readonly organisation: User
  readonly slug: string
  /** By user id. */
  readonly members: Set<number>
  readonly createdAt: Date
}

export interface Label {
  readonly id: number
  readonly name: string
  readonly color: string
  readonly description: string | null
}

export interface Comment {
  readonly id: number
  readonly issueNumber: number
  readonly user: User
  readonly createdAt: Date
  body: string
  updatedAt: Date
}

/** A comment on lines of a pull request's diff. */
export interface ReviewComment {
  readonly id: number
  readonly issueNumber: number
  readonly reviewId: number
  readonly user: User
  readonly path: string
  readonly hunk: string
  readonly line: number | null
  readonly startLine: number | null
  readonly commitSha: string
  /** Set in a reply: the comment that its thread began with. */
  readonly inReplyTo: number | undefined
  readonly createdAt: Date
  body: string
  updatedAt: Date
}

export interface Review {
  readonly id: number
  readonly issueNumber: number
  readonly user: User
  readonly state: 'approved' | 'changes_requested' | 'commented'
  readonly commitSha: string
  readonly submittedAt: Date
  body: string
}

export interface Reaction {
  readonly id: number
  readonly user: User
  readonly content: string
  readonly subject: { readonly kind: 'issue' | 'comment' | 'review-comment'; readonly id: number }
  readonly createdAt: Date
}

export interface PullRequest {
  readonly id: number
  /** Where the head branch lives: this repository or a fork of it. */
  readonly headRepository: Repository
  readonly headRef: string
  baseRef: string
  /** The last commit seen on the head branch; kept when the branch is deleted. */
  headSha: string
  baseSha: string
  /** Its commits and its base are those of then from now on. */
  merged?: { readonly sha: string; readonly by: User; readonly at: Date }
  draft: boolean
  requestedReviewers: User[]
}

export interface Issue {
  readonly id: number
  readonly number: number
  readonly user: User
  readonly createdAt: Date
  /** A pull request is an issue that has this. */
  readonly pull: PullRequest | undefined
  title: string
  body: string | null
  state: 'open' | 'closed'
  labels: Label[]
  /** Each time that a label was set, and by whom. */
  readonly labelled: { readonly label: Label; readonly by: User; readonly at: Date; readonly id: number }[]
  milestone: number | null
  updatedAt: Date
}

export interface Annotation {
  readonly path: string
  readonly start_line: number
  readonly end_line: number
  readonly start_column?: number | undefined
  readonly end_column?: number | undefined
  readonly annotation_level: 'notice' | 'warning' | 'failure'
  readonly message: string
  readonly title?: string | undefined
  readonly raw_details?: string | undefined
}

export interface CheckRun {
  readonly id: number
  /** Whose it is. */
  appId: number
  readonly headSha: string
  readonly createdAt: Date
  name: string
  status: string
  conclusion: string | null
  detailsUrl: string | null
  externalId: string
  startedAt: string | null
  completedAt: string | null
  output: { title: string | null; summary: string | null; text: string | null }
  /** Each request adds to them; none takes one away. */
  readonly annotations: Annotation[]
  /** Identifiers of the buttons that it has. */
  actions: readonly string[]
}

/** What was uploaded to code scanning. */
export interface Analysis {
  readonly id: string
  readonly commitSha: string
  readonly ref: string
  readonly tool: string
  readonly category: string
  /** As it was sent, unpacked. */
  readonly sarif: string
}

export interface Artifact {
  readonly id: number
  readonly name: string
  readonly zip: Uint8Array
  readonly createdAt: Date
}

/** A run of a workflow that was dispatched. */
export interface WorkflowRun {
  readonly id: number
  readonly path: string
  readonly title: string
  readonly headSha: string
  readonly branch: string
  readonly inputs: Readonly<Record<string, string>>
  readonly actor: User
  readonly createdAt: Date
  /** Who started it last. */
  triggeringActor: User
  attempt: number
  status: 'queued' | 'in_progress' | 'completed'
  conclusion: string | null
  readonly artifacts: Artifact[]
}

export interface Repository {
  readonly id: number
  /** Names this repository had before; requests to them are redirected. */
  readonly formerNames: string[]
  readonly createdAt: Date
  readonly gitDir: string
  readonly protectedBranches: Set<string>
  /** Roles by user id. */
  readonly collaborators: Map<number, CollaboratorRole>
  readonly labels: Label[]
  readonly issues: Issue[]
  readonly comments: Comment[]
  readonly reviews: Review[]
  readonly reviewComments: ReviewComment[]
  readonly reactions: Reaction[]
  readonly checkRuns: CheckRun[]
  /** One of each commit, ref, tool and category: another takes its place. */
  readonly analyses: Analysis[]
  readonly runs: WorkflowRun[]
  owner: User
  installation: Installation | undefined
  name: string
  private: boolean
  archived: boolean
  hasIssues: boolean
  /** Approvals that rulesets, and the protection of branches, ask for; undefined: there is none. */
  ruledApprovals: number | undefined
  protectedApprovals: number
  /** What a workflow's own token may do. */
  workflows: { level: 'read' | 'write'; approve: boolean }
  /** Whether code scanning is on; on GitHub a private repository has to pay for it. */
  codeScanning: boolean
  topics: string[]
  properties: Record<string, string>
  defaultBranch: string
}
