import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadModelPrices } from '../../cli/settings/load-model-prices.ts'
import { SettingsError } from '../../cli/settings/parse-settings.ts'
import { examplePrices } from '../../scripts/reference/example-prices.ts'
import { modelPrices, priceOf } from '../../worker/broker/model-prices.ts'
import { ask } from '../broker/ask.ts'
import { openGateway, sendJson, startModelSink } from '../broker/model-sink.ts'
import { compileCache } from '../compile-cache.ts'

const entry = fileURLToPath(new URL('../../cli/airlock.ts', import.meta.url))
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'airlock-prices-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function fileWith(text: string): string {
  const path = join(folder, 'prices.yml')
  writeFileSync(path, text)
  return path
}

function load(text: string) {
  return loadModelPrices({ AIRLOCK_MODEL_PRICES: fileWith(text) })
}

function problemsOf(text: string): string {
  try {
    load(text)
  } catch (error) {
    if (error instanceof SettingsError) return error.problems.join('\n')
    throw error
  }
  return ''
}

describe('prices of the operator’s own', () => {
  it('take the place of the built-in ones, and leave the others', () => {
    const prices = load(examplePrices)

    expect(prices.get('claude-sonnet-5')).toMatchObject({ input: 1.8, source: expect.stringContaining('2026-10-01') })
    expect(prices.get('qwen3-coder')).toMatchObject({ input: 0, output: 0, cacheRead: 0 })
    expect(prices.get('gpt-5')).toEqual(modelPrices.get('gpt-5'))
    expect(loadModelPrices({})).toBe(modelPrices)
  })

  it('take what is left out for dear', () => {
    const price = priceOf(load('m: { input: 4, output: 8, source: here }'), 'm-2')

    expect(price).toEqual({
      ...{ input: 4, output: 8, cacheRead: 4, cacheWrite: 8, cacheWriteLong: 8, longPrompt: null, source: 'here' },
    })
  })

  it('are what a job’s cost is made of, and what ends it', async () => {
    const million = { usage: { input_tokens: 1_000_000, output_tokens: 0 } }
    await using sink = await startModelSink((_request, response) => sendJson(response, million))
    const prices = load('claude-sonnet-5: { input: 6, output: 8, source: here }')
    await using dear = await openGateway(sink, { deps: { prices } })
    await using builtIn = await openGateway(sink)

    const replies = [await ask(dear), await ask(dear), await ask(builtIn), await ask(builtIn)]

    expect(replies.map(({ status }) => status)).toEqual([200, 429, 200, 200])
    expect(dear.session.usage().costUsd).toBeCloseTo(6)
    expect(dear.session.modelStop()).toMatchObject({ kind: 'cost-limit' })
  })

  it.each([
    ['an unknown key', 'gpt-5:\n  input: 1\n  output: 2\n  cached: 1\n  source: here', ':4:gpt-5.cached: unknown key'],
    ['no source', 'gpt-5: { input: 1, output: 2 }', ':1:gpt-5.source: '],
    ['a text for a number', '# ours\ngpt-5: { input: cheap, output: 2, source: here }', ':2:gpt-5.input: '],
    ['a price below nothing', 'gpt-5: { input: -1, output: 2, source: here }', ':1:gpt-5.input: '],
    ['an infinite price', 'gpt-5: { input: .inf, output: 2, source: here }', ':1:gpt-5.input: '],
    ['no name of a model', '"a b": { input: 1, output: 2, source: here }', ':1:a b: '],
    ['a list', '- gpt-5', ':1: '],
    ['an alias', 'a: &p { input: 1, output: 2, source: here }\nb: *p', ' are not allowed'],
    ['no YAML', 'gpt-5: {', ':1: '],
  ])('with %s are refused, with line, reason and remedy', (_name, text, expected) => {
    const problems = problemsOf(text)

    expect(problems).toContain(expected)
    expect(problems).toMatch(/^AIRLOCK_MODEL_PRICES: .*prices\.yml:.*right would be: gpt-5: /)
  })

  it('that are wrong, or not there, keep a command from starting', () => {
    const repository = join(folder, 'repository')
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com']
    execFileSync('git', ['init', '--quiet', repository])
    execFileSync('git', ['-C', repository, ...identity, 'commit', '--quiet', '--allow-empty', '-m', 'one'])
    const start = (path: string) =>
      spawnSync(process.execPath, [entry, 'run', '--explain', '--repo', repository], {
        encoding: 'utf8',
        env: {
          ...{ PATH: process.env.PATH ?? '', AIRLOCK_DATA_DIR: join(folder, 'data'), AIRLOCK_MODEL_PRICES: path },
          ...compileCache,
        },
      })

    const wrong = start(fileWith('gpt-5: { input: 1 }'))
    const missing = start(join(folder, 'nowhere.yml'))
    const right = start(fileWith(examplePrices))

    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('prices.yml:1:gpt-5.output') })
    expect(missing).toMatchObject({ status: 2, stderr: expect.stringContaining("can't be read (ENOENT)") })
    expect(right).toMatchObject({ status: 0 })
  })
})
