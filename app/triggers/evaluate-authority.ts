import { type Permission, permissions, type TriggerEvent } from '../../worker/contract/index.ts'

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
