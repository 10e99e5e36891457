import { z } from 'zod'
import { type Installation, startInstallation } from '../../test/e2e/installation.ts'
import { startPart } from '../start-part.ts'

/** An installation whose GitHub, the stand-in, is so many milliseconds away. Both end with the stack. */
export async function startDistantInstallation(
  stack: AsyncDisposableStack,
  dataDir: string,
  gitHubMs: number,
): Promise<Installation> {
  const distance = stack.use(
    await startPart('webhook/distance-part.ts', z.object({ port: z.int() }), { DELAY_MS: String(gitHubMs) }),
  )
  const through = { GHE_HOST: `127.0.0.1:${distance.facts.port}` }
  const installation = stack.use(await startInstallation({ dataDir, env: through }))
  await distance.ask({ port: Number(new URL(installation.github.url).port) }, z.object({}))
  return installation
}
