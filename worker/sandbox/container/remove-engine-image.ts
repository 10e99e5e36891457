import { existsSync } from 'node:fs'
import { createEngineClient } from './engine-client.ts'

/**
 * Removes what an Engine has of an image that was built here. False: one of its containers uses it. Where no Engine
 * listens, or it has no such image, there is nothing to remove. Throws SandboxError where it does not answer.
 */
export async function removeEngineImage(
  socket: string,
  { name, digest }: { readonly name: string; readonly digest: string },
): Promise<boolean> {
  if (!existsSync(socket)) return true
  return createEngineClient(socket).removeImage(`airlock/${name}:${digest}`)
}
