import { installationBody } from '../bodies/app-body.ts'
import { publicUserBody } from '../bodies/user-body.ts'
import { Refusal } from '../http/refusal.ts'
import { ok, page } from '../http/reply.ts'
import { type Route, userRoute } from '../http/route.ts'
import { roleOf } from '../state/state.ts'

/** What a person's own token is asked about. */
export const userRoutes: readonly Route[] = [
  userRoute('GET', '/user', ({ world, userToken }) => ok(publicUserBody(world, userToken.user))),
  userRoute('GET', '/user/installations', (call) => {
    const { world, userToken } = call
    const { user, appId } = userToken
    if (appId === undefined) {
      throw new Refusal(403, 'You must authenticate with an access token authorized to a GitHub App')
    }
    const reached = world.state.repositories.filter((repository) => roleOf(repository, user) !== 'none')
    const installations = [...new Set(reached.flatMap(({ installation }) => installation ?? []))]
    return page(call, installations, (shown) => ({
      total_count: installations.length,
      installations: shown.map((one) => ({ ...installationBody(world, one), app_id: appId })),
    }))
  }),
]
