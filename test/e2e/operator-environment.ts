import { fileURLToPath } from 'node:url'
import type { GitHubStandIn } from '../github/stand-in.ts'

/** The command line's program, for Node. */
export const airlockEntry = fileURLToPath(new URL('../../cli/airlock.ts', import.meta.url))

/**
 * What an operator sets for an App that is registered at the stand-in. Nothing of the caller's environment but what
 * programs need to run at all: a real key must not change a test.
 */
export function operatorEnvironment({ app, url }: GitHubStandIn, dataDir: string): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'NODE_COMPILE_CACHE']
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && (kept.includes(name) || /^npm_config_/i.test(name)) ? [[name, value] as const] : [],
  )
  return {
    ...Object.fromEntries(inherited),
    APP_ID: String(app.id),
    PRIVATE_KEY: app.privateKey,
    WEBHOOK_SECRET: app.webhookSecret,
    GHE_HOST: new URL(url).host,
    GHE_PROTOCOL: 'http',
    HOST: '127.0.0.1',
    PORT: '0',
    AIRLOCK_DATA_DIR: dataDir,
  }
}
