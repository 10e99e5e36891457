import { type Profile, profiles } from '../../worker/contract/index.ts'
import type { ParsedPolicy, PolicyProblem } from './parse-policy.ts'
import type { PolicyFile } from './policy-schema.ts'

/** Stands for any host with a public address. No file can say it: only this profile does. */
export const anyPublicHost = '*'

/**
 * What each profile sets. Capabilities are not among them: no sandbox has any, whatever its profile. `moderate` has no
 * list of hosts of its own, so nothing is open but what the other keys list.
 */
export const profileFiles: Readonly<Record<Profile, PolicyFile>> = {
  strict: { network: [], setup: { network: [] }, limits: { cpus: 2, memory: '4g' } },
  moderate: { limits: { cpus: 4, memory: '8g' } },
  permissive: {
    network: [anyPublicHost],
    setup: { network: [anyPublicHost] },
    limits: { cpus: 8, memory: '16g' },
  },
}

/** A profile is a level of its own, just above the one that names it: everything that bounds levels bounds it too. */
export function withProfile(level: ParsedPolicy): readonly ParsedPolicy[] {
  const { profile } = level.file
  if (profile === undefined) return [level]
  const name = `profile ${profile} of ${level.name}`
  return [{ name, file: profileFiles[profile], lineOf: () => level.lineOf(['profile']) }, level]
}

/** Every level that names a laxer profile than one above it. */
export function findLaxerProfiles(levels: readonly ParsedPolicy[]): PolicyProblem[] {
  return levels.flatMap((level, index) =>
    levels.slice(0, index).flatMap((above) => {
      const [asked, allowed] = [level.file.profile, above.file.profile]
      if (asked === undefined || allowed === undefined || rank(asked) >= rank(allowed)) return []
      const message = `${asked} is laxer than ${allowed} of ${above.name}: a policy narrows what stands above it`
      return [{ file: level.name, path: 'profile', line: level.lineOf(['profile']), message }]
    }),
  )
}

function rank(profile: Profile): number {
  return profiles.indexOf(profile)
}
