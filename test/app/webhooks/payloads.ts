const repository = {
  id: 1,
  name: 'repo',
  full_name: 'octo/repo',
  private: true,
  default_branch: 'main',
  owner: { login: 'octo', id: 2 },
}
const issue = {
  number: 7,
  title: 'Sum is off by one',
  body: 'Adds one too many.',
  updated_at: '2026-11-20T10:00:00Z',
}

export const labeled = {
  action: 'labeled',
  issue,
  label: { id: 5, name: 'airlock' },
  repository,
  sender: { id: 42, login: 'ada', type: 'User' },
  installation: { id: 99 },
}

export function commented(body: string) {
  const { label, ...shared } = labeled
  return { ...shared, action: 'created', comment: { id: 55, body, created_at: '2026-11-20T10:00:00Z' } }
}

const { issue: _, label: __, ...onPull } = labeled
const pull_request = { number: 9, title: 'Mend the sum', body: 'Mended.', updated_at: '2026-11-20T09:00:00Z' }

/** Of a pull request, which is no event of its issue. */
export const pullLabeled = { ...labeled, issue: undefined, number: 9, pull_request }

const { label: ____, ...onIssue } = labeled
const openedNow = { user: { id: 42 }, created_at: '2026-11-20T10:00:00Z' }

/** A new issue with this text. */
export function opened(body: string) {
  return { ...onIssue, action: 'opened', issue: { ...issue, body, ...openedNow } }
}

/** A new pull request with this text, against the default branch. */
export function pullOpened(body: string) {
  const commits = { head: { sha: 'd'.repeat(40), ref: 'mine' }, base: { ref: 'main' }, changed_files: 1 }
  return { ...onPull, action: 'opened', number: 9, pull_request: { ...pull_request, body, ...openedNow, ...commits } }
}

/** A comment on lines of a diff, as one of a review that was begun days before. */
export function reviewCommented(body: string) {
  const comment = {
    id: 56,
    body,
    path: 'src/sum.ts',
    diff_hunk: '@@ -1 +1 @@\n-a\n+b',
    line: 4,
    start_line: 2,
    side: 'RIGHT',
    created_at: '2026-11-01T10:00:00Z',
    updated_at: '2026-11-20T10:00:00Z',
  }
  return { ...onPull, action: 'created', pull_request, comment }
}

export function reviewed(body: string | null) {
  const review = { id: 57, body, state: 'changes_requested', submitted_at: '2026-11-20T10:00:00Z' }
  return { ...onPull, action: 'submitted', pull_request, review }
}

/** The same, of a pull request that may be ours. */
export function ownReviewed(body: string | null) {
  const ours = { ...pull_request, user: { type: 'Bot' }, head: { ref: 'airlock/issue-7-0123456789' } }
  return { ...reviewed(body), pull_request: ours }
}

/** A press on a check run: GitHub's own button to run it again, or the one of this identifier. */
export function pressed(identifier?: string) {
  const check_run = {
    id: 60,
    external_id: 'job0000001',
    started_at: '2026-11-19T10:00:00Z',
    app: { id: 7 },
    check_suite: { id: 61, updated_at: '2026-11-20T10:00:00Z' },
  }
  const { repository, sender, installation } = labeled
  const shared = { check_run, repository, sender, installation }
  if (identifier === undefined) return { ...shared, action: 'rerequested' }
  return { ...shared, action: 'requested_action', requested_action: { identifier } }
}

/** A press on "Re-run all checks" of a commit. */
export const pressedAll = {
  action: 'rerequested',
  check_suite: {
    id: 61,
    head_branch: 'forged/job0000001',
    head_sha: 'c'.repeat(40),
    updated_at: '2026-11-20T10:00:00Z',
    app: { id: 7 },
    pull_requests: [],
  },
  repository,
  sender: labeled.sender,
  installation: labeled.installation,
}

/** A moment after what the payloads say. */
export const now = () => new Date('2026-11-20T10:00:01Z')
