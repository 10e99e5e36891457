import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { z } from 'zod'

/** A process of a bench's own that does one thing, so that it shares no event loop with what is measured. */
export interface Part extends AsyncDisposable {
  readonly pid: number
  /** Sends one message, and waits for the next one that comes back. */
  ask<T>(message: object, schema: z.ZodType<T>): Promise<T>
}

const endMs = 5000

/** Starts a script beside this one; `name` is its file. It ends when this process does. */
export async function startPart<T>(
  name: string,
  schema: z.ZodType<T>,
  env: Readonly<Record<string, string>> = {},
): Promise<Part & { readonly facts: T }> {
  const script = fileURLToPath(new URL(name, import.meta.url))
  const child = fork(script, [], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`${name} could not be started`)
  const exited = once(child, 'exit')
  exited.catch(() => undefined)
  const next = async <V>(expected: z.ZodType<V>): Promise<V> => {
    const ended = exited.then(() => Promise.reject(new Error(`${name} ended`)))
    const [message] = await Promise.race([once(child, 'message'), ended])
    return expected.parse(message)
  }
  const part: Part = {
    pid,
    ask(message, expected) {
      const answer = next(expected)
      child.send(message)
      return answer
    },
    async [Symbol.asyncDispose]() {
      const timer = setTimeout(() => child.kill('SIGKILL'), endMs)
      if (child.connected) child.disconnect()
      await exited
      clearTimeout(timer)
    },
  }
  return { ...part, facts: await next(schema) }
}

interface PartDuties {
  /** Answers a message of the parent's. */
  readonly answer?: (message: unknown) => Promise<object>
  /** Cleans up, when the parent is done or gone. */
  readonly end?: () => PromiseLike<void>
}

/** The other side: says what there is to know, answers each message, and ends with the parent. */
export function servePart(facts: object, { answer, end }: PartDuties = {}): void {
  const fail = (error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    process.exit(1)
  }
  process.once('disconnect', () => {
    Promise.resolve(end?.()).then(() => process.exit(0), fail)
  })
  process.on('message', (message) => {
    answer?.(message).then((reply) => process.send?.(reply), fail)
  })
  process.send?.(facts)
}
