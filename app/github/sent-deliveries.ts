import { z } from 'zod'
import { perPage } from '../../worker/contract/index.ts'
import type { SentDeliveries } from '../intake/ask-for-missed.ts'
import type { ListedDelivery } from '../intake/missed-deliveries.ts'
import type { GitHubApp } from './create-github-app.ts'

const listSchema = z.array(
  z.object({
    id: z.int().positive(),
    guid: z.string().min(1).max(100),
    delivered_at: z.iso.datetime({ offset: true }),
    redelivery: z.boolean(),
    status_code: z.int(),
    event: z.string(),
    action: z.string().nullable(),
  }),
)
const mostPages = 100

/** `canAsk` says which events may have asked for something. */
export function createSentDeliveries(
  app: Pick<GitHubApp, 'asApp'>,
  canAsk: (event: string, action: string | null) => boolean,
): SentDeliveries {
  return {
    async since(from, signal) {
      const client = app.asApp(signal)
      const found: ListedDelivery[] = []
      let cursor: string | null = null
      for (let page = 0; page < mostPages; page += 1) {
        const at = cursor === null ? {} : { cursor }
        const answer = await client.page('GET /app/hook/deliveries', { per_page: perPage, ...at })
        const listed = listSchema.parse(answer.data).map(
          ({ id, guid, delivered_at, redelivery, status_code, event, action }): ListedDelivery => ({
            ...{ id, guid, redelivery, statusCode: status_code, wanted: canAsk(event, action) },
            deliveredAt: new Date(delivered_at).toISOString(),
          }),
        )
        found.push(...listed.filter(({ deliveredAt }) => Date.parse(deliveredAt) >= from))
        cursor = answer.cursor
        if (cursor === null || listed.some(({ deliveredAt }) => Date.parse(deliveredAt) < from)) break
      }
      return found
    },
    async again(id, signal) {
      await app.asApp(signal).call('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: id })
    },
  }
}
