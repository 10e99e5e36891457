/** What the readers of a call promise for every call, not for the ones that somebody thought of. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { UsageError } from '../../cli/command.ts'
import { readGatesFlags, rightGates, rightScan } from '../../cli/gates/read-gates-flags.ts'
import { readRunFlags } from '../../cli/run/read-run-flags.ts'

const cwd = mkdtempSync(join(tmpdir(), 'airlock-flags-'))
mkdirSync(join(cwd, 'repo'))
writeFileSync(join(cwd, 'policy.yml'), 'agent: claude\n')
afterAll(() => rmSync(cwd, { recursive: true }))

/** What is right on a call's line, and nothing a shell or a file system would choke on. */
const word = fc
  .stringMatching(/^[a-z][a-z0-9/.]{0,8}$/)
  .filter((text) => !text.includes('..') && !/[./]$|\/[./]/.test(text))

interface Given {
  readonly name: string
  /** Null: an option without one. */
  readonly value: string | null
  readonly joined: boolean
}

function written({ name, value, joined }: Given): string[] {
  if (value === null) return [`--${name}`]
  return joined ? [`--${name}=${value}`] : [`--${name}`, value]
}

/** Each of these options or not, in any order, each in one of the two ways of writing it. */
function calls(options: Readonly<Record<string, fc.Arbitrary<string | null>>>): fc.Arbitrary<readonly Given[]> {
  return fc
    .tuple(
      ...Object.entries(options).map(([name, value]) =>
        fc.record({ name: fc.constant(name), value, joined: fc.boolean() }),
      ),
    )
    .chain((all) => fc.shuffledSubarray(all))
}

const givenTo = (call: readonly Given[], name: string) => call.find((one) => one.name === name)?.value

describe('the reader of airlock gates', () => {
  const read = (args: readonly string[]) => readGatesFlags(args, cwd)
  const options = {
    ...{ repo: word, base: word, head: word, sarif: word, policy: fc.constant('policy.yml') },
    ...{ json: fc.constant(null), offline: fc.constant(null) },
  }

  it('takes every option in any order and way of writing, as it was given and nothing else', () => {
    fc.assert(
      fc.property(calls(options), (call) => {
        fc.pre(givenTo(call, 'repo') !== undefined && givenTo(call, 'base') !== undefined)
        const given = (name: string) => call.some((one) => one.name === name)
        const path = (name: string) => (given(name) ? join(cwd, givenTo(call, name) ?? '') : null)

        expect(read(call.flatMap(written))).toEqual({
          ...{ kind: 'change', repo: path('repo'), base: givenTo(call, 'base'), head: givenTo(call, 'head') ?? null },
          policy: given('policy') ? { text: 'agent: claude\n', name: 'policy.yml' } : null,
          ...{ offline: given('offline'), json: given('json'), sarif: path('sarif') },
        })
      }),
    )
  })

  it('refuses any other call with what is wrong, and a line that is right', () => {
    const piece = fc.oneof(
      ...[
        fc.constantFrom('--repo', '--base', '--json', '--json=1', '--offline', 'scan', '--', '-', '-x', '--nope=', ''),
      ],
      ...[
        word,
        fc.string({ unit: 'binary', maxLength: 6 }),
        word.map((text) => `--${text}`),
        word.map((text) => `--base=${text}`),
      ],
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 7 }), (args) => {
        const outcome = outcomeOf(() => read(args))
        if (!(outcome instanceof UsageError)) return
        expect(outcome.message).not.toBe('')
        expect([rightGates, rightScan]).toContain(outcome.right)
        expect(outcomeOf(() => read(outcome.right.split(' ').slice(2)))).not.toBeInstanceOf(Error)
      }),
      { numRuns: 1000 },
    )
  })

  it('lets no base or head through that git would take for an option, a range or a place of its own', () => {
    const bad = fc.oneof(
      ...[word.map((text) => `-${text}`), word.map((text) => `${text}..${text}`), word.map((text) => `${text} x`)],
      ...[fc.constantFrom('', ':/x', 'a:b', 'a\nb', 'a\0', '^main', '--upload-pack=x', '@{-1}:x', '../x')],
    )
    fc.assert(
      fc.property(fc.constantFrom('base', 'head'), bad, word, (name, value, other) => {
        const rest = name === 'base' ? ['--head', other] : ['--base', other]
        expect(outcomeOf(() => read(['--repo', 'repo', ...rest, `--${name}=${value}`]))).toBeInstanceOf(UsageError)
        expect(outcomeOf(() => read(['--repo', 'repo', ...rest, `--${name}=${other}`]))).not.toBeInstanceOf(Error)
      }),
    )
  })

  it('takes for scan what stands there as paths, and none of the options that belong to a change', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), calls(options), (paths, call) => {
        const outcome = outcomeOf(() => read(['scan', ...call.flatMap(written), ...paths]))
        const alien = call.find(({ name }) => name !== 'json' && name !== 'sarif')
        if (alien === undefined) expect(outcome).toMatchObject({ kind: 'scan', paths })
        else expect(outcome).toBeInstanceOf(UsageError)
      }),
    )
  })
})

describe('the reader of airlock run', () => {
  const options = { base: word, isolation: fc.constantFrom('process', 'gvisor'), json: fc.constant(null) }

  it('hands on what stands behind -- word for word, whatever it looks like, and takes no option from there', async () => {
    const anything = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom('--', '--json', '--agent=claude', '--base', '-'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 5 }), calls(options), async (command, call) => {
        const flags = await readRunFlags(
          ['--repo', 'repo', '--task', 'x', ...call.flatMap(written), '--', ...command],
          cwd,
        )

        expect(flags).toMatchObject({
          ...{ command, agent: null, task: 'x', base: givenTo(call, 'base') ?? null },
          ...{ json: call.some(({ name }) => name === 'json'), isolation: givenTo(call, 'isolation') ?? null },
        })
      }),
    )
  })

  it('refuses a class or an agent that there is not, and says which there are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('isolation', 'agent'), word, async (name, value) => {
        fc.pre(
          !['process', 'container', 'gvisor', 'microvm', 'claude', 'codex', 'gemini', 'pi', 'qwen'].includes(value),
        )
        const call = readRunFlags(['--repo', 'repo', '--task', 'x', `--${name}=${value}`], cwd)
        await expect(call).rejects.toThrow(new RegExp(`^--${name} takes .*(?:process|claude)`))
      }),
    )
  })
})

function outcomeOf(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    if (error instanceof UsageError) return error
    throw error
  }
}
