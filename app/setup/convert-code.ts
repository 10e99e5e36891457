import { Octokit } from '@octokit/core'
import { z } from 'zod'

/** What a new App is known by; all but the id and the address is secret. */
export interface RegisteredApp {
  readonly appId: number
  /** PEM. */
  readonly privateKey: string
  readonly webhookSecret: string
  /** The App's page on GitHub. */
  readonly url: string
}

const conversionSchema = z.object({
  id: z.int().positive(),
  pem: z.string().min(1),
  webhook_secret: z.string().min(16),
  html_url: z.url({ protocol: /^https?$/ }),
})
const timeoutMs = 20_000

/** Trades the code that GitHub sent the browser back with for the App's key; it is good for one hour and once. */
export async function convertCode(apiUrl: string, code: string): Promise<RegisteredApp> {
  const octokit = new Octokit({ baseUrl: apiUrl, userAgent: 'airlock' })
  const { data } = await octokit.request('POST /app-manifests/{code}/conversions', {
    code,
    request: { signal: AbortSignal.timeout(timeoutMs) },
  })
  const { id, pem, webhook_secret, html_url } = conversionSchema.parse(data)
  return { appId: id, privateKey: pem, webhookSecret: webhook_secret, url: html_url }
}
