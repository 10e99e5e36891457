import type { Settings } from '../settings/settings-schema.ts'

export interface GitHubUrls {
  /** Root of the REST API. */
  readonly api: string
  /** What repositories' clone URLs begin with. */
  readonly git: string
}

/** github.com, or the GitHub Enterprise Server that the settings name. */
export function gitHubUrls(settings: Settings): GitHubUrls {
  if (settings.GHE_HOST === undefined) return { api: 'https://api.github.com', git: 'https://github.com' }
  const root = `${settings.GHE_PROTOCOL ?? 'https'}://${settings.GHE_HOST}`
  return { api: `${root}/api/v3`, git: root }
}
