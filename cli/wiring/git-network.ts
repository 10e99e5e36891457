import { join } from 'node:path'
import { bundleName } from '../../worker/broker/session-env.ts'
import type { Environment } from '../settings/parse-settings.ts'

/** As Node reads them: the lower case goes first. Curl does not know HTTP_PROXY, which a web server could set by a header. */
const proxyNames = ['http_proxy', 'https_proxy', 'no_proxy'] as const

/**
 * What lets git come to the clone address as Node comes to the API: through the same proxy, where that is switched on, and
 * with the same authorities. `certificates` is the folder with all of them; null: this machine has none such.
 */
export function gitNetwork(env: Environment, certificates: string | null): Record<string, string> {
  const network: Record<string, string> = {}
  for (const name of env.NODE_USE_ENV_PROXY === '1' ? proxyNames : []) {
    const value = env[name] ?? env[name.toUpperCase()] ?? ''
    if (value !== '') network[name] = value
  }
  if (certificates !== null && (env.NODE_EXTRA_CA_CERTS ?? '') !== '') {
    network.GIT_SSL_CAINFO = join(certificates, bundleName)
  }
  return network
}
