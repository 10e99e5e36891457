import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { commands } from '../../cli/commands/index.ts'
import { parseSettings, settingNames } from '../../cli/settings/parse-settings.ts'

const unit = readFileSync('docs/examples/airlock.service', 'utf8')
const unitLines = unit.split('\n').filter((line) => /^\w+=/.test(line))

const serviceSchema = z.object({
  command: z.array(z.string()),
  environment: z.record(z.string(), z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
})
const composeSchema = z.object({
  services: z.object({ app: serviceSchema, worker: serviceSchema, redis: serviceSchema }),
  'x-airlock': z.object({ build: z.object({ dockerfile_inline: z.string() }) }),
})
const compose = composeSchema.parse(parse(readFileSync('docs/examples/compose.yaml', 'utf8'), { merge: true }))

describe('docs/examples/airlock.service', () => {
  it('starts a command that exists', () => {
    const [, name = ''] = /^ExecStart=.*\/cli\/bin\.mjs (\w+)$/m.exec(unit) ?? []

    expect([...commands.keys()]).toContain(name)
  })

  it('sets only settings that are valid', () => {
    const set = unitLines.flatMap((line) => /^Environment=(\w+)=(.*)$/.exec(line)?.slice(1, 3).join('=') ?? [])
    const env = Object.fromEntries(set.map((entry) => entry.split('=', 2)))

    expect(Object.keys(env)).not.toHaveLength(0)
    expect(settingNames).toEqual(expect.arrayContaining(Object.keys(env)))
    expect(() => parseSettings(env, [])).not.toThrow()
  })

  it('has nothing that keeps bubblewrap from making a sandbox', () => {
    const forbidden = /^(ProtectKernelTunables|ProtectKernelLogs|ProtectProc|RestrictNamespaces|SystemCallFilter)=/

    expect(unitLines.filter((line) => forbidden.test(line))).toEqual([])
    expect(forbidden.test('RestrictNamespaces=yes')).toBe(true)
  })

  it('ends the sandboxes after Airlock, not with it', () => {
    expect(unitLines).toContain('KillMode=mixed')
  })
})

describe('docs/examples/compose.yaml', () => {
  const { app, worker, redis } = compose.services

  it('starts commands that exist, with settings that are valid', () => {
    for (const { command, environment = {} } of [app, worker]) {
      expect([...commands.keys()]).toContain(command[0])
      expect(settingNames).toEqual(expect.arrayContaining(Object.keys(environment)))
      expect(() => parseSettings(environment, [['REDIS_URL']])).not.toThrow()
    }
  })

  it('has a Redis that Airlock accepts', () => {
    expect(redis.command.join(' ')).toContain('--appendonly yes')
    expect(redis.command.join(' ')).toContain('--maxmemory-policy noeviction')
  })

  it('opens for the worker alone what bubblewrap needs', () => {
    expect(app.security_opt).toBeUndefined()
    expect(worker.security_opt?.toSorted()).toEqual([
      'apparmor=unconfined',
      'seccomp=unconfined',
      'systempaths=unconfined',
    ])
  })

  it('copies named folders into the image, never the whole of the project and what lies in it', () => {
    const copied = [...compose['x-airlock'].build.dockerfile_inline.matchAll(/^COPY (\S+)/gm)].map(([, what]) => what)

    expect(copied).toEqual(['package.json', 'app', 'cli', 'sandbox-images', 'worker'])
  })
})
