import type { JobRequest } from '../contract/index.ts'
import type { TokenPermissions } from './installation-tokens.ts'

/** What a job's comment takes. */
export function commentPermission({ subject }: JobRequest): TokenPermissions {
  return subject?.kind === 'pull-request' ? { pull_requests: 'write' } : { issues: 'write' }
}
