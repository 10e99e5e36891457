import type { JobRequest } from '../../contract/index.ts'

/** Whose session it is: a repository may have moved to another installation, which must not see what was said before. */
export type SessionOf = Pick<JobRequest, 'installationId' | 'repository'>

/** What agents said and did for a pull request, for a job that goes on with it. */
export interface Sessions {
  /** Null: nothing is kept of it, or it is of a time that is over. */
  read(of: SessionOf, pullRequest: number): Promise<string | null>
  /** Takes the place of what was kept. */
  keep(of: SessionOf, pullRequest: number, session: string): Promise<void>
}
