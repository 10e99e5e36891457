import { type Permission, permissions, type TriggerEvent } from '../../worker/contract/index.ts'
import type { Asker } from '../repo-policy/rules/fits-condition.ts'

/** What GitHub says now about one person on one repository. */
export interface LivePermission {
  /** The account that the login belongs to now: logins are renamed and taken over, ids are not. */
  readonly userId: number
  readonly permission: Permission
}

export type Authority =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: 'bot-sender' | 'permission-too-low'; readonly detail: string }

/** No account but a person's starts anything: neither another App nor ourselves, or two could answer each other for ever. */
export function isBot(sender: Pick<TriggerEvent['sender'], 'login' | 'type'>): boolean {
  return sender.type !== 'User' || sender.login.endsWith('[bot]')
}

/** `live` is null where GitHub knows no such collaborator. */
export function evaluateAuthority(
  sender: TriggerEvent['sender'],
  live: LivePermission | null,
  required: Permission,
): Authority {
  if (isBot(sender)) return { allowed: false, reason: 'bot-sender', detail: `${sender.login} is not a person` }
  const permission = live !== null && live.userId === sender.id ? live.permission : 'none'
  if (permission === 'none' || permissions.indexOf(permission) < permissions.indexOf(required)) {
    return { allowed: false, reason: 'permission-too-low', detail: `has ${permission}, needs ${required}` }
  }
  return { allowed: true }
}

/** Whether a person is in one of the teams that a policy asks for, if it asks for any. What is not known is no. */
export function evaluateTeams(teams: readonly string[] | undefined, asker: Asker | undefined): Authority {
  if (teams === undefined) return { allowed: true }
  const refused = { allowed: false, reason: 'permission-too-low' } as const
  if (teams.length === 0) return { ...refused, detail: 'is in no team that may: the policy names none' }
  const named = teams.join(', ')
  if (asker?.kind !== 'known') {
    const why = asker?.kind === 'unknown' ? `: ${asker.why}` : ''
    return { ...refused, detail: `is not known to be in one of the teams ${named}${why}` }
  }
  if (teams.some((team) => asker.teams.includes(team))) return { allowed: true }
  return { ...refused, detail: `is in none of the teams ${named}` }
}
