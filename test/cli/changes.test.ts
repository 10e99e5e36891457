import { generateKeyPairSync } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changes } from '../../cli/commands/changes.ts'
import { terminalJson, terminalText } from '../../cli/terminal-text.ts'
import { startEmbeddedRedis } from '../../worker/queue/embedded-redis.ts'
import { runInProcess } from './run-in-process.ts'

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})
let dataDir: string

beforeAll(async () => {
  dataDir = await mkdtemp('/tmp/airlock-cli-')
  await mkdir(join(dataDir, 'redis'))
})
afterAll(() => rm(dataDir, { recursive: true, force: true }))

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runInProcess(changes, args, { env: { AIRLOCK_DATA_DIR: dataDir, ...env }, cwd: dataDir })

describe('airlock changes', () => {
  it.each([
    [[], 'a verb is needed'],
    [['show'], 'show takes the id'],
    [['show', 'a', 'b'], 'show takes the id'],
    [['list', 'a'], 'cannot list a'],
    [['list', '--output', 'a'], 'cannot list --output a'],
  ])('refuses %j as a wrong call, with a line that would be right', async (args, message) => {
    await expect(run(args)).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining(message),
      right: 'airlock changes show k3v9x0q2mf',
    })
  })

  it('asks for the key where there is none, and names the socket where no Redis answers', async () => {
    await expect(run(['show', 'job0000001'])).rejects.toMatchObject({ message: expect.stringContaining('PRIVATE_KEY') })
    await expect(run(['list'])).rejects.toMatchObject({
      name: 'SettingsError',
      message: expect.stringContaining(join(dataDir, 'redis', 'redis.sock')),
    })
  })

  it('finds the Redis that `airlock up` runs in the data folder', async () => {
    await using _redis = await startEmbeddedRedis(join(dataDir, 'redis'))

    expect(await run(['list'])).toEqual({ status: 0, stdout: 'no change is kept\n', stderr: '' })
    expect((await run(['list', '--json'])).stdout).toBe('[]\n')
    const missing = await run(['show', 'job0000001'], { PRIVATE_KEY: privateKey })
    expect(missing).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('no change of job') })
  })
})

describe('text for a terminal', () => {
  const any = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(
        fc.constantFrom('\u001b[2J', '\u009b31m', '\u202e', '\u200b', '\r', '\ud800', '\u{e0041}', 'a', '\n', '\t'),
      )
      .map((all) => all.join('')),
  )

  it('has nothing that a terminal obeys or hides, and every line and every character that can be seen', () => {
    fc.assert(
      fc.property(any, (text) => {
        const shown = terminalText(text)
        expect(shown).not.toMatch(/(?![\n\t])[\p{C}\p{Default_Ignorable_Code_Point}]/u)
        expect(shown.split('\n')).toHaveLength(text.split('\n').length)
        const read = shown.replace(/\\u\{([0-9a-f]+)\}/g, (_all, code) =>
          String.fromCodePoint(Number.parseInt(code, 16)),
        )
        if (!text.includes('\\u{')) expect(read).toBe(text)
      }),
    )
  })

  it('is the same value for a program that reads it as JSON', () => {
    fc.assert(
      fc.property(any, (text) => {
        const shown = terminalJson({ text })
        expect(shown).toMatch(/^[\u0020-\u007e]*$/)
        expect(JSON.parse(shown)).toEqual({ text })
      }),
    )
  })
})
