import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../../worker/process/run-command.ts'
import { parseDescription } from '../../../worker/sandbox/image/read-description.ts'
import { readRecipe } from '../../../worker/sandbox/image/read-recipe.ts'

const parse = (text: string) => parseDescription(text, 'images/mine/image.yaml')

describe('an image description', () => {
  it('may say nothing but where it is from', () => {
    const nothing = { debian: [], npm: [], mise: {}, user: 'airlock', env: {}, smoke: [] }

    expect(parse('from: base')).toEqual({ from: 'base', ...nothing })
  })

  it.each([
    ['debain: [git]', /debain: there is no such key \(known: from, suite, debian,.*\): take it out/],
    ['debian: ["git=1:2.39"]', /debian\.0: give the name of a Debian package, without a version/],
    ['debian: ["--hook=reboot"]', /debian\.0: give the name of a Debian package/],
    ['from: host', /from: host is no built image/],
    ['from: ../../etc', /from: an image has a name of/],
    ['npm: [{ folder: ../x, programs: {} }]', /npm\.0\.folder: give the name of a folder beside image\.yaml/],
    ['npm: [{ folder: x, programs: { a: ../../../etc/shadow } }]', /npm\.0\.programs\.a: give a path inside/],
    ['npm: [{ folder: x, programs: { "../a": b } }]', /npm\.0\.programs.*: give a plain program name/],
    ['env: { PATH: /x }', /env\.PATH: this variable is set by the sandbox/],
    ['env: { "A B": c }', /env\.A B: a variable has a name of/],
    ['env: { A: 1 }', /env\.A: give one line of text, in quotes/],
    ['suite: jessie', /suite: /],
    ['user: root', /user: every sandbox runs as airlock \(1000\)/],
    ['mise: [node@24]', /mise: /],
    ['mise: { node: latest }', /mise\.node: give an exact version/],
    ['mise: { node: "24" }', /mise\.node: give an exact version/],
    ['mise: { node: "prefix:24.1" }', /mise\.node: give an exact version/],
    ['mise: { node: 24.1 }', /mise\.node: give an exact version, in quotes/],
    ['mise: { node: "1.0\'; reboot; \'" }', /mise\.node: give an exact version/],
    ['mise: { "$(reboot)": "1.0" }', /mise.*: give the name of a tool as mise has it/],
    ['mise: { "a\'; reboot; \'": "1.0" }', /mise.*: give the name of a tool/],
    ['mise: { "--help": "1.0" }', /mise.*: give the name of a tool/],
    ['smoke: [git]', /smoke\.0: give a list/],
    ['smoke: [[]]', /smoke\.0: a command needs a program/],
    ['debian: [git', /: /],
    ['a: &a [x]\nb: [*a, *a]', /write the value out/],
  ])('is refused by file, key and what would be right: %s', (text, message) => {
    expect(() => parse(text)).toThrow(/^images\/mine\/image\.yaml: /)
    expect(() => parse(text)).toThrow(message)
  })
})

describe('a recipe', () => {
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp('/tmp/airlock-recipes-')
    await write('one', 'debian: [perl-base, git]\nenv: { A: one, B: one }\nsmoke: [[git, --version]]')
    await write('two', 'from: one\ndebian: [git, curl]\nenv: { B: two }\nsmoke: [[curl, --version]]')
    await write(
      'mise',
      'npm: [{ folder: mise, programs: { mise: a } }]\nmise: { jq: "1.7.1", "npm:prettier": "3.6.2" }',
    )
    for (const file of ['package.json', 'package-lock.json']) await write('mise/mise', '{}', file)
    await write('more-tools', 'from: mise\nmise: { "npm:prettier": "3.6.1" }')
    await write('no-mise', 'mise: { jq: "1.7.1" }')
    await write('newer', 'from: two\nsuite: trixie')
    await write('round', 'from: about')
    await write('about', 'from: round')
    await write('lockless', 'npm: [{ folder: tool, programs: {} }]')
    await write('lockless/tool', '')
    await writeFile(join(folder, 'lockless/tool/package.json'), '{}')
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function write(name: string, text: string, file = 'image.yaml'): Promise<void> {
    await mkdir(join(folder, name), { recursive: true })
    await writeFile(join(folder, name, file), text)
  }

  it('adds to what it is from, and has the last word', async () => {
    const recipe = await readRecipe(folder, 'two')

    expect(recipe).toMatchObject({ name: 'two', debian: ['curl', 'git', 'perl-base'], env: { A: 'one', B: 'two' } })
    expect(recipe.smoke).toEqual([
      ['git', '--version'],
      ['curl', '--version'],
    ])
  })

  it('is of the release of Debian that the last one names, which changes its digest, and else of 12', async () => {
    const newer = await readRecipe(folder, 'newer')
    await write('newer', 'from: two')
    const same = await readRecipe(folder, 'newer')

    expect([newer.suite, same.suite]).toEqual(['trixie', 'bookworm'])
    expect(newer.digest).not.toBe(same.digest)
  })

  it('has the tools of what it is from, and the last word on their versions, which change its digest', async () => {
    const below = await readRecipe(folder, 'mise')
    const above = await readRecipe(folder, 'more-tools')
    await write('more-tools', 'from: mise\nmise: { "npm:prettier": "3.6.2" }')

    expect(below.mise).toEqual({ jq: '1.7.1', 'npm:prettier': '3.6.2' })
    expect(above.mise).toEqual({ jq: '1.7.1', 'npm:prettier': '3.6.1' })
    expect((await readRecipe(folder, 'more-tools')).digest).not.toBe(above.digest)
  })

  it('has another digest once anything in it is another', async () => {
    const before = await readRecipe(folder, 'two')
    const again = await readRecipe(folder, 'two')
    await write('one', 'debian: [perl-base, git, jq]\nenv: { A: one, B: one }\nsmoke: [[git, --version]]')

    expect(again.digest).toBe(before.digest)
    expect((await readRecipe(folder, 'two')).digest).not.toBe(before.digest)
  })

  it.each([
    ['round', /from each other: break the circle/],
    ['nowhere', /there is no .*nowhere\/image\.yaml: write one/],
    ['../../etc', /an image has a name of/],
    ['host', /host is no built image/],
    ['no-mise', /the image has no mise to install tools with: from: mise, or an npm folder with mise/],
    ['lockless', /there is no .*tool\/package-lock\.json: npm install --package-lock-only makes it/],
  ])('is refused: %s', async (name, message) => {
    await expect(readRecipe(folder, name)).rejects.toMatchObject({ name: 'ImageError', code: 'description' })
    await expect(readRecipe(folder, name)).rejects.toThrow(message)
  })
})

describe("the project's own images", () => {
  const own = new URL('../../../sandbox-images/', import.meta.url).pathname

  it('have the same digest in a test, which loads modules in its own way, as on the command line', async () => {
    const module = new URL('../../../worker/sandbox/image/read-recipe.ts', import.meta.url).href
    const script = `import { readRecipe } from ${JSON.stringify(module)}
      process.stdout.write((await readRecipe(${JSON.stringify(own)}, 'minimal')).digest)`

    const { stdout } = await runCommand([process.execPath, '--input-type=module', '--eval', script])

    expect((await readRecipe(own, 'minimal')).digest).toBe(stdout.toString('utf8'))
  })

  it.each(['minimal', 'base', 'mise', 'agents'])(
    '%s has what every engine relies on, and a smoke test',
    async (name) => {
      const recipe = await readRecipe(own, name)

      expect(recipe.debian).toEqual(expect.arrayContaining(['bash', 'perl-base', 'socat', 'strace']))
      expect(recipe.smoke.length).toBeGreaterThan(2)
    },
  )
})
