import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'
import { z } from 'zod'
import { SandboxError } from '../../pipeline/ports/index.ts'

const answerSchema = z.object({
  return: z.object({ status: z.string().optional() }).optional(),
  error: z.object({ desc: z.string() }).optional(),
})

type Monitor = (command: string, values: Readonly<Record<string, unknown>>) => Promise<{ status?: string }>

/** Talks to QEMU's monitor in its own protocol, QMP: one command at a time; events in between mean nothing here. */
export function createMonitor(port: Duplex): Monitor {
  const lines = createInterface({ input: port })[Symbol.asyncIterator]()
  return async (command, values) => {
    port.write(`${JSON.stringify({ execute: command, arguments: values })}\n`)
    for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
      const answer = answerSchema.parse(JSON.parse(line.value))
      if (answer.error !== undefined) throw new SandboxError('start-failed', `${command}: ${answer.error.desc}`)
      if (answer.return !== undefined) return answer.return
    }
    throw new SandboxError('start-failed', `the machine ended at ${command}`)
  }
}
