import { once } from 'node:events'
import { relative } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { spawnProcess } from '../../../worker/process/spawn-process.ts'
import { asOrdinaryUser } from './as-ordinary-user.ts'

const project = fileURLToPath(new URL('../../..', import.meta.url))

export const users =
  process.getuid?.() === 0 ? (['root', 'an ordinary user'] as const) : (['an ordinary user'] as const)
export type BatteryUser = (typeof users)[number]

const verdictSchema = z.object({ name: z.string(), seen: z.unknown(), expected: z.unknown(), ms: z.number() })
export type Verdict = z.infer<typeof verdictSchema>

/** Runs the battery in a process of its own as this user, and returns what it saw, by name. */
export function startBattery(user: BatteryUser): Promise<ReadonlyMap<string, Verdict>> {
  return runCases(user, new URL('run-battery.ts', import.meta.url))
}

/** The same of any script that writes its cases so. */
export async function runCases(user: BatteryUser, script: URL): Promise<ReadonlyMap<string, Verdict>> {
  const path = fileURLToPath(script)
  const command = user === 'root' ? [process.execPath, path] : await asOrdinaryUser(relative(project, path))
  const child = spawnProcess(command, {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output] = await Promise.all([child.stdout === null ? '' : text(child.stdout), once(child, 'exit')])
  const verdicts = output.split('\n').flatMap((line) => (line === '' ? [] : verdictSchema.parse(JSON.parse(line))))
  return new Map(verdicts.map((verdict) => [verdict.name, verdict]))
}
