import type { GrantedPermissions } from './granted-permissions.ts'

const freshMs = 300_000

/** What was granted five minutes ago at most: good enough for what is left out, and not refused, where it is missing. */
export function rememberGranted(granted: GrantedPermissions, now: () => number = Date.now): GrantedPermissions {
  const known = new Map<number, { readonly permissions: Readonly<Record<string, string>>; readonly until: number }>()
  return async (installationId, signal) => {
    const found = known.get(installationId)
    if (found !== undefined && found.until > now()) return found.permissions
    const permissions = await granted(installationId, signal)
    known.set(installationId, { permissions, until: now() + freshMs })
    return permissions
  }
}
