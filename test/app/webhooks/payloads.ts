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

/** A moment after what the payloads say. */
export const now = () => new Date('2026-11-20T10:00:01Z')
