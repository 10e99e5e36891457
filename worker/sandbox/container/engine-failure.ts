import { z } from 'zod'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { printable } from '../audit/printable.ts'

/** What dockerode throws: an errno from the socket, or a status and the Engine's own words. */
const failureSchema = z.object({
  code: z.string().optional().catch(undefined),
  statusCode: z.int().optional().catch(undefined),
  json: z.object({ message: z.string() }).optional().catch(undefined),
})

/** The Engine has not answered for too long. */
export class EngineTimeout extends Error {
  override readonly name = 'EngineTimeout'
}

/** The status of an Engine's answer; null if there was no answer. */
export function statusOf(error: unknown): number | null {
  return failureSchema.safeParse(error).data?.statusCode ?? null
}

/** Tells what failed and what to do about it. `socket` is the Engine's; `tried` ends the sentence "could not". */
export function engineFailure(error: unknown, socket: string, tried: string): SandboxError {
  if (error instanceof SandboxError) return error
  const failure = failureSchema.safeParse(error).data
  const advice = unreachable(failure?.code, socket)
  if (advice !== null) return new SandboxError('unavailable', advice, { cause: error })
  const words = failure?.json?.message ?? (error instanceof EngineTimeout ? 'no answer in time' : String(error))
  const reason = printable(Buffer.from(words), 400)
  return new SandboxError('start-failed', `the Engine at ${socket} could not ${tried}: ${reason}`, { cause: error })
}

function unreachable(errno: string | undefined, socket: string): string | null {
  switch (errno) {
    case 'ENOENT':
      return `no Engine at ${socket}: apt-get install -y docker.io, or podman and systemctl enable --now podman.socket`
    case 'ECONNREFUSED':
      return `nobody answers at ${socket}: systemctl start docker, or podman.socket`
    case 'EACCES':
    case 'EPERM':
      return `the worker may not use ${socket}: usermod -aG docker USER, then start the worker again`
    default:
      return null
  }
}
