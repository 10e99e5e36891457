/** What the rules on TOML and on editors' files promise, however somebody writes the same meaning. */
import fc from 'fast-check'
import { type ParseError, parse as parseAsEditors } from 'jsonc-parser'
import { describe, expect, it } from 'vitest'
import type { FileChange } from '../../../worker/contract/index.ts'
import { parseDocument } from '../../../worker/gates/change/parse-document.ts'
import { delayedExecutionGate } from '../../../worker/gates/delayed-execution/delayed-execution-gate.ts'
import { jsoncNoise, writeJsonc } from '../../fixtures/write-jsonc.ts'
import { type TomlWay, writeToml } from '../../fixtures/write-toml.ts'
import { changed, findingsOf } from '../gate-input.ts'

const rulesOf = async (file: FileChange) =>
  (await findingsOf(delayedExecutionGate, [file])).filter(({ severity }) => severity !== 'note').map(({ rule }) => rule)

describe('a project file of Python', () => {
  const harmless = fc.uniqueArray(
    fc.constantFrom(
      ...([
        ['project.name', 'x'],
        ['tool.ruff.line-length', '88'],
        ['tool.hatch.envs.test', 'y'],
        ['tool.x', 'z'],
      ] as const),
    ),
    { selector: ([key]) => key },
  )
  const dangerous = fc.constantFrom(
    ['python-build-backend', 'build-system.build-backend'] as const,
    ['python-build-backend', 'build-system.requires'] as const,
    ['python-build-backend', 'tool.hatch.build.hooks.custom.path'] as const,
    ['python-build-backend', 'tool.poetry.build.script'] as const,
    ['python-index', 'tool.uv.index-url'] as const,
    ['python-index', 'tool.uv.pip.extra-index-url'] as const,
    ['python-index', 'tool.poetry.source.url'] as const,
  )
  const way = fc.constantFrom<TomlWay>('header', 'spaced', 'quoted', 'dotted', 'inline')
  const end = fc.constantFrom('\n', '\r\n')

  it('that gains or changes what builds it, or where from it installs, is blocked however the table is written', async () => {
    await fc.assert(
      fc.asyncProperty(
        harmless,
        dangerous,
        way,
        way,
        end,
        fc.boolean(),
        async (around, [rule, key], one, other, line, had) => {
          const before = writeToml([...around, ...(had ? [[key, 'good'] as const] : [])], one, line)
          const after = writeToml([...around, [key, 'evil']], other, line)

          expect(await rulesOf(changed('pyproject.toml', before, after))).toContain(rule)
        },
      ),
    )
  })

  it('that says the same in another way is not', async () => {
    await fc.assert(
      fc.asyncProperty(harmless, dangerous, way, way, end, async (around, [rule, key], one, other, line) => {
        const before = writeToml([...around, [key, 'good']], one, '\n')
        const after = writeToml([[key, 'good'], ...around.toReversed()], other, line)

        expect(await rulesOf(changed('pyproject.toml', before, after))).not.toContain(rule)
      }),
    )
  })

  it('that only speaks of such a table, in a comment or in a text of several lines, is not', async () => {
    await fc.assert(
      fc.asyncProperty(dangerous, way, fc.constantFrom(`'''`, '"""'), async ([rule, key], written, quotes) => {
        const quoted = writeToml([[key, 'evil']], written, '\n')
        const comment = quoted.replaceAll(/^/gm, '# ')
        const text = quotes === '"""' ? quoted.replaceAll('"', "'") : quoted.replaceAll("'", '"')
        const after = `${comment}\n[project]\ndescription = ${quotes}\n${text}\n${quotes}\n`

        expect(await rulesOf(changed('pyproject.toml', '', after))).not.toContain(rule)
      }),
    )
  })

  it('hides nothing behind the text of a header that begins no table', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(`'''`, '"""'), fc.constantFrom('[project]', '[[x]]'), async (quotes, header) => {
        const table = `[build-system]\nnote = ${quotes}\n${header}\n${quotes}\nbuild-backend = `

        expect(await rulesOf(changed('pyproject.toml', `${table}"good"\n`, `${table}"evil"\n`))).toContain(
          'python-build-backend',
        )
      }),
    )
  })
})

describe('a file of an editor', () => {
  const globs = fc.constantFrom({}, { '**/*.path': true })
  const harmlessSettings = fc.record(
    {
      'editor.tabSize': fc.constantFrom(2, 4),
      'files.exclude': globs,
      'search.exclude': globs,
      '[go]': fc.constantFrom({ 'editor.formatOnSave': true }, {}),
    },
    { requiredKeys: [] },
  )
  const dangerousSetting = fc.constantFrom(
    ...['git.path', 'python.defaultInterpreterPath', 'terminal.integrated.env.linux', 'a.b.c.d.e.f.executablePath'],
    ...['chat.tools.terminal.autoApprove', 'php.validate.executablePath'],
  )
  /** How many of a name's dots begin an object of their own. */
  const depth = fc.nat(7)
  const place = fc.constantFrom('.vscode/settings.json', 'sub/.vscode/settings.json', 'x.code-workspace')
  const wrap = (path: string, value: object) => (path.endsWith('.code-workspace') ? { settings: value } : value)
  const setting = (name: string, nested: number, value: unknown): Record<string, unknown> => {
    const parts = name.split('.')
    const cut = Math.min(nested, parts.length - 1)
    return parts
      .slice(0, cut)
      .reduceRight<Record<string, unknown>>((inner, key) => ({ [key]: inner }), { [parts.slice(cut).join('.')]: value })
  }

  it('that gains a program among its settings is blocked, nested or flat, for one language or all, whatever is beside it', async () => {
    await fc.assert(
      fc.asyncProperty(
        ...[harmlessSettings, dangerousSetting, depth, place, fc.boolean(), jsoncNoise],
        async (around, name, nested, path, ofLanguage, noise) => {
          const bad = setting(name, nested, './evil')
          const after = { ...around, ...(ofLanguage ? { '[python]': bad } : bad) }

          const found = await rulesOf(
            changed(path, JSON.stringify(wrap(path, around)), writeJsonc(wrap(path, after), noise)),
          )
          expect(found).toContain('editor-setting')
        },
      ),
    )
  })

  it('that only changes harmless settings, comments, commas and order is not', async () => {
    await fc.assert(
      fc.asyncProperty(
        ...[harmlessSettings, harmlessSettings, dangerousSetting, depth, place, jsoncNoise],
        async (around, others, name, nested, path, noise) => {
          const had = setting(name, nested, './known')
          const before = JSON.stringify(wrap(path, { ...around, ...had }))
          const after = writeJsonc(wrap(path, { ...had, ...others }), noise)

          expect(await rulesOf(changed(path, before, after))).toEqual([])
        },
      ),
    )
  })

  it('for a container is blocked for a command and held for a source, and for nothing else', async () => {
    const commands = ['initializeCommand', 'onCreateCommand', 'updateContentCommand', 'postCreateCommand'] as const
    const sources = ['image', 'features', 'mounts', 'runArgs', 'privileged', 'build'] as const
    const key = fc.constantFrom(...commands, ...sources, 'postStartCommand', 'name', 'forwardPorts', 'remoteUser')
    const value = fc.constantFrom<unknown>('x', ['x', 'y'], { a: 'x' }, true)
    const file = fc.constantFrom(
      '.devcontainer/devcontainer.json',
      '.devcontainer/a/devcontainer.json',
      '.devcontainer.json',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(key, value),
        key,
        value,
        file,
        jsoncNoise,
        async (all, name, said, path, noise) => {
          const { [name]: _gone, ...before } = all
          const found = await rulesOf(
            changed(path, JSON.stringify(before), writeJsonc({ ...before, [name]: said }, noise)),
          )

          const expected = name.endsWith('Command')
            ? ['dev-container-command']
            : sources.some((one) => one === name)
              ? ['dev-container-source']
              : []
          expect(found).toEqual(expected)
        },
      ),
    )
  })

  it('means to the gates what it means to editors, or is not read at all', () => {
    const piece = fc.constantFrom(
      ...['{', '}', '[', ']', ',', ':', '"a"', '"b"', '"__proto__"', '"\\u005f_proto__"', '//', '/*', '*/', '\n', ' '],
      ...['1', 'true', 'null', '"', '\\', '\r', '\u2028', '{"a":1}', '"__proto__":{"a":1}', ',}'],
    )
    const text = fc.oneof(
      fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join('')),
      fc.tuple(fc.json(), jsoncNoise).map(([json, noise]) => writeJsonc(JSON.parse(json), noise)),
      fc.array(piece, { maxLength: 6 }).map((pieces) => `{"a":1,${pieces.join('')}}`),
    )
    fc.assert(
      fc.property(text, (written) => {
        const ours = parseDocument(written, 'jsonc')
        const errors: ParseError[] = []
        const theirs: unknown = parseAsEditors(written, errors, { allowTrailingComma: true })
        if (ours.ok && errors.length === 0) expect(ours.value).toEqual(theirs)
      }),
      { numRuns: 2000 },
    )
  })

  it('gets no properties from a key that gives an object its prototype', async () => {
    const hidden = '{"__proto__": {"postCreateCommand": "evil"}}'

    expect(Reflect.get(parseAsEditors(hidden), 'postCreateCommand')).toBe('evil')
    expect(await rulesOf(changed('.devcontainer/devcontainer.json', '{}', hidden))).toContain('unreadable-file')
    expect(await rulesOf(changed('.devcontainer/devcontainer.json', '{}', '{"proto": {}}'))).toEqual([])
  })
})
