import type { Runners } from './actions/workflow-runs.ts'
import type { App } from './auth/app.ts'
import type { InstallationTokens } from './auth/installation-tokens.ts'
import type { UserTokens } from './auth/user-tokens.ts'
import type { State } from './state/state.ts'
import type { Deliveries } from './webhooks/deliveries.ts'

/** What every route and every person of the stand-in works with. */
export interface World {
  /** Root of the web pages and of git, without a slash at the end. */
  readonly url: string
  /** Root of the REST API, without a slash at the end. */
  readonly api: string
  readonly directory: string
  readonly app: App
  readonly state: State
  readonly tokens: InstallationTokens
  readonly userTokens: UserTokens
  readonly deliveries: Deliveries
  readonly runners: Runners
}
