import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { spawnProcess } from '../../../worker/process/spawn-process.ts'
import { asOrdinaryUser } from './as-ordinary-user.ts'

export const users =
  process.getuid?.() === 0 ? (['root', 'an ordinary user'] as const) : (['an ordinary user'] as const)
export type BatteryUser = (typeof users)[number]

const verdictSchema = z.object({ name: z.string(), seen: z.unknown(), expected: z.unknown(), ms: z.number() })
export type Verdict = z.infer<typeof verdictSchema>

/** Runs the battery in a process of its own as this user, and returns what it saw, by name. */
export async function startBattery(user: BatteryUser): Promise<ReadonlyMap<string, Verdict>> {
  const child = spawnProcess(await battery(user), {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output] = await Promise.all([child.stdout === null ? '' : text(child.stdout), once(child, 'exit')])
  const verdicts = output.split('\n').flatMap((line) => (line === '' ? [] : verdictSchema.parse(JSON.parse(line))))
  return new Map(verdicts.map((verdict) => [verdict.name, verdict]))
}

async function battery(user: BatteryUser): Promise<string[]> {
  const script = 'test/sandbox/battery/run-battery.ts'
  return user === 'root'
    ? [process.execPath, fileURLToPath(new URL('run-battery.ts', import.meta.url))]
    : asOrdinaryUser(script)
}
