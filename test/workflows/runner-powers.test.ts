import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Hunt, hunt, modelKey, powers, setupSecret } from './hunt.ts'
import { type Runner, startRunner } from './runner.ts'

let runner: Runner
let engine: Server
let found: Hunt

beforeAll(async () => {
  runner = await startRunner()
  const socket = join(runner.root, 'docker.sock')
  engine = createServer((client) => client.end()).listen(socket)
  found = await hunt(runner, { socket })
}, 600_000)
afterAll(async () => {
  engine?.close()
  await runner?.[Symbol.asyncDispose]()
})

describe("the runner's own powers never get inside", () => {
  it('hunts in earnest: the agent ran, and wrote down what it saw', () => {
    expect(found.inside).toContain('own task')
    expect(found.isolation).toBe('process')
  })

  it.each(powers)('%s', (_what, power) => {
    expect(found.inside).not.toContain(power)
    expect(found.outside).toContain(power)
  })

  it('and no line gets into a file for commands, where the same line does from a step', () => {
    expect(found.planted).toEqual(['', expect.stringContaining('PLANTED=1')])
  })

  it('and each secret is masked in the log before anything runs', () => {
    expect(found.log).toContain(`::add-mask::${setupSecret}`)
    expect(found.log).toContain(`::add-mask::${modelKey}`)
    expect(found.log.split('::add-mask::')[0]).not.toContain(setupSecret)
  })
})
