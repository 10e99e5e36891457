import { createHash } from 'node:crypto'
import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import type { PackageVersion } from '../../worker/contract/index.ts'
import type { RegistryAnswer } from '../../worker/pipeline/ports/index.ts'
import { createCratesRegistry } from '../../worker/registries/crates.ts'
import { createGoRegistry } from '../../worker/registries/go.ts'
import { createHttpReader, type Place } from '../../worker/registries/http-reader.ts'
import { createMavenRegistry } from '../../worker/registries/maven.ts'
import { createNpmRegistry } from '../../worker/registries/npm.ts'
import { createPackagistRegistry } from '../../worker/registries/packagist.ts'
import { createPypiRegistry } from '../../worker/registries/pypi.ts'
import type { Registry } from '../../worker/registries/registry.ts'
import { createRubygemsRegistry } from '../../worker/registries/rubygems.ts'
import { type Answer, startRegistry } from './stand-in.ts'

const sha512 = (text: string) => `sha512-${createHash('sha512').update(text).digest('base64')}`
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

async function ask(
  create: (place: Place) => Registry,
  answers: Readonly<Record<string, Answer>>,
  asked: Omit<PackageVersion, 'ecosystem' | 'integrity'> & Partial<PackageVersion>,
): Promise<RegistryAnswer> {
  await using server = await startRegistry(answers)
  const whole = { ecosystem: 'npm' as const, integrity: [], ...asked }
  return await create({ base: new URL(`${server.url}/root/`) }).ask(
    whole,
    createHttpReader(new AbortController().signal),
  )
}

const said = (license: object, content = 'unsaid') => ({ kind: 'found', license, content })
const expression = (text: string) => ({ kind: 'expression', expression: text })
const names = (...all: string[]) => ({ kind: 'names', names: all })

describe('npm', () => {
  const document = (more: object) => ({ name: '@s/a', version: '1.0.0', license: 'MIT', ...more })
  const at = { name: '@s/a', version: '1.0.0' }
  const npm = (more: object, asked = {}) =>
    ask(createNpmRegistry, { '/root/%40s%2Fa/1.0.0': document(more) }, { ...at, ...asked })

  it('asks for the very version below the address of the mirror, and compares the digest', async () => {
    const dist = { integrity: sha512('a'), shasum: 'ab'.repeat(20) }

    expect(await npm({ dist }, { integrity: [sha512('a')] })).toEqual(said(expression('MIT'), 'same'))
    expect(await npm({ dist }, { integrity: [sha512('b')] })).toEqual(said(expression('MIT'), 'other'))
    expect(await npm({ dist }, { integrity: [sha512('a'), sha512('b')] })).toEqual(said(expression('MIT'), 'other'))
    expect(await npm({ dist }, { integrity: [`sha1:${'ab'.repeat(20)}`] })).toEqual(said(expression('MIT'), 'same'))
    expect(await npm({}, { integrity: [sha512('a')] })).toEqual(said(expression('MIT')))
    expect(await npm({ dist })).toEqual(said(expression('MIT')))
  })

  it.each([
    [{ license: 'UNLICENSED' }, expression('UNLICENSED')],
    [{ license: { type: 'ISC', url: 'https://example.com' } }, expression('ISC')],
    [{ license: undefined, licenses: [{ type: 'MIT' }] }, expression('MIT')],
    [{ license: undefined, licenses: [{ type: 'MIT' }, 'GPL-3.0'] }, names('MIT', 'GPL-3.0')],
    [{ license: undefined }, { kind: 'none' }],
    [{ license: 7 }, { kind: 'none' }],
  ])('reads what npm took over the years: %j', async (more, license) => {
    expect(await npm(more)).toEqual(said(license))
  })

  it('takes no answer for another package or version, and knows what is not there', async () => {
    await expect(npm({ version: '2.0.0' })).rejects.toMatchObject({ name: 'ShapeError' })
    await expect(npm({ name: 'b' })).rejects.toMatchObject({ name: 'ShapeError' })
    expect(await ask(createNpmRegistry, {}, at)).toEqual({ kind: 'missing' })
  })
})

describe('PyPI', () => {
  const digest = sha256('a')
  const document = (info: object) => ({
    info: { name: 'Foo_Bar', version: '1.0', ...info },
    urls: [{ digests: { sha256: digest } }],
  })
  const pypi = (info: object, integrity: string[] = []) =>
    ask(
      createPypiRegistry,
      { '/root/pypi/foo-bar/1.0/json': document(info) },
      { ecosystem: 'pypi', name: 'foo-bar', version: '1.0', integrity },
    )

  it.each([
    [{ license_expression: 'MIT OR Apache-2.0', license: 'x' }, expression('MIT OR Apache-2.0')],
    [
      { license: 'BSD-3-Clause', classifiers: ['License :: OSI Approved :: BSD License', 'Topic :: X'] },
      names('BSD-3-Clause', 'BSD License'),
    ],
    [{ classifiers: ['License :: OSI Approved'] }, { kind: 'none' }],
    [
      { license: 'Permission is hereby granted\nto all' },
      { kind: 'text', text: 'Permission is hereby granted\nto all' },
    ],
    [{ license: null, classifiers: null }, { kind: 'none' }],
  ])('reads what a version says of itself: %j', async (info, license) => {
    expect(await pypi(info)).toEqual(said(license))
  })

  it('takes the listed files for the registry’s own only where it has every one of them', async () => {
    const info = { license_expression: 'MIT' }

    expect(await pypi(info, [`sha256:${digest}`])).toMatchObject({ content: 'same' })
    expect(await pypi(info, [`sha256:${digest}`, `sha256:${sha256('evil')}`])).toMatchObject({ content: 'other' })
    expect(await pypi(info, ['md5:d41d8cd98f00b204e9800998ecf8427e'])).toMatchObject({ content: 'unsaid' })
  })
})

describe('crates.io', () => {
  it('reads expression and checksum, and an old choice', async () => {
    const crate = (license: string | null) => ({
      version: { crate: 'a_b', num: '1.0.0', license, checksum: sha256('a') },
    })
    const cargo = (license: string | null, integrity: string[] = []) =>
      ask(
        createCratesRegistry,
        { '/root/api/v1/crates/a-b/1.0.0': crate(license) },
        { ecosystem: 'cargo', name: 'a-b', version: '1.0.0', integrity },
      )

    expect(await cargo('MIT/Apache-2.0', [`sha256:${sha256('a')}`])).toEqual(
      said(expression('MIT OR Apache-2.0'), 'same'),
    )
    expect(await cargo('MIT', [`sha256:${sha256('b')}`])).toMatchObject({ content: 'other' })
    expect(await cargo(null)).toEqual(said({ kind: 'none' }))
  })
})

describe('rubygems', () => {
  it('asks for the file of a platform, and does not say how several licenses belong together', async () => {
    const gem = { name: 'a', version: '1.0.0', licenses: ['Ruby', 'BSD-2-Clause'], sha: sha256('a') }
    const answers = { '/root/api/v2/rubygems/a/versions/1.0.0.json?platform=x86_64-linux': gem }
    const asked = { ecosystem: 'gem' as const, name: 'a', version: '1.0.0-x86_64-linux' }

    expect(await ask(createRubygemsRegistry, answers, { ...asked, integrity: [`sha256:${sha256('a')}`] })).toEqual(
      said(names('Ruby', 'BSD-2-Clause'), 'same'),
    )
    expect(await ask(createRubygemsRegistry, answers, { ...asked, version: '1.0.0' })).toEqual({ kind: 'missing' })
  })
})

describe('packagist', () => {
  it('puts a version together from those above it, and compares where composer would fetch it', async () => {
    const dist = { type: 'zip', url: 'https://example.com/1.zip', reference: 'abc', shasum: '' }
    const versions = [
      { name: 'v/a', version: 'v2.0.0', license: ['GPL-3.0-only'], dist },
      { version: 'v1.0.0', license: ['MIT', 'GPL-2.0+'] },
      { version: 'v0.9.0', license: '__unset' },
    ]
    const composer = (version: string, integrity: string[] = []) =>
      ask(
        createPackagistRegistry,
        { '/root/p2/v/a.json': { packages: { 'v/a': versions }, minified: 'composer/2.0' } },
        { ecosystem: 'composer', name: 'v/a', version, integrity },
      )

    expect(await composer('1.0.0', ['dist https://example.com/1.zip abc '])).toEqual(
      said(expression('(MIT) OR (GPL-2.0+)'), 'same'),
    )
    expect(await composer('v2.0.0', ['dist https://evil.example/1.zip abc '])).toEqual(
      said(expression('GPL-3.0-only'), 'other'),
    )
    expect(await composer('0.9.0')).toEqual(said({ kind: 'none' }))
    expect(await composer('3.0.0')).toEqual({ kind: 'missing' })
  })
})

describe('Maven', () => {
  const pom = (inner: string) =>
    `<?xml version="1.0"?><project xmlns="http://maven.apache.org/POM/4.0.0">${inner}</project>`
  const asked = { ecosystem: 'maven' as const, name: 'org.x:a', version: '1.0' }
  const parent = '<parent><groupId>org.x</groupId><artifactId>p</artifactId><version>7</version></parent>'

  it('reads a POM’s licenses, and those of its parent where it has none', async () => {
    const licenses = '<licenses><license><name>The MIT License</name></license></licenses>'
    const answers = { '/root/org/x/a/1.0/a-1.0.pom': pom(parent), '/root/org/x/p/7/p-7.pom': pom(licenses) }

    expect(await ask(createMavenRegistry, answers, asked)).toEqual(said(names('The MIT License')))
    expect(await ask(createMavenRegistry, {}, asked)).toEqual({ kind: 'missing' })
  })

  it('ends where parents go round in a circle, and leaves the registry for none of them', async () => {
    const circle = { '/root/org/x/a/1.0/a-1.0.pom': pom(parent), '/root/org/x/p/7/p-7.pom': pom(parent) }
    const away = parent.replace('org.x', '../../..').replace('>p<', '>http://evil.example/#<')

    expect(await ask(createMavenRegistry, circle, asked)).toEqual(said({ kind: 'none' }))
    expect(await ask(createMavenRegistry, { '/root/org/x/a/1.0/a-1.0.pom': pom(away) }, asked)).toEqual(
      said({ kind: 'none' }),
    )
  })

  it.each([
    ['a bomb of entities', '<!DOCTYPE x [<!ENTITY a "aaaa">]><project/>'],
    ['another document', '<html/>'],
    ['deep nesting', '<a>'.repeat(500)],
    ['no XML at all', '\0\u0001'],
  ])('refuses %s', async (_what, text) => {
    await expect(ask(createMavenRegistry, { '/root/org/x/a/1.0/a-1.0.pom': text }, asked)).rejects.toMatchObject({
      name: 'ShapeError',
    })
  })
})

describe('Go', () => {
  const text = 'Permission to use, copy, modify, and/or distribute this software is hereby granted.'
  const files = {
    'github.com/X/a@v1.0.0/LICENSE': Buffer.from(text),
    'github.com/X/a@v1.0.0/a.go': Buffer.from('package a'),
  }
  const list = Object.entries(files).map(([name, content]) => `${sha256(content.toString())}  ${name}\n`)
  const h1 = `h1:${createHash('sha256').update(list.join('')).digest('base64')}`
  const path = '/root/github.com/!x/a/@v/v1.0.0.zip'
  const asked = { ecosystem: 'golang' as const, name: 'github.com/X/a', version: 'v1.0.0' }
  const cached = (place: Place) => createGoRegistry({ ...place, onlyCached: true })

  it('reads the license in a module’s archive, and compares the digest that go.sum has', async () => {
    expect(await ask(cached, { [path]: zipSync(files) }, { ...asked, integrity: [h1] })).toEqual(
      said({ kind: 'text', text }, 'same'),
    )
    expect(
      await ask(cached, { [path]: zipSync({ ...files, evil: Buffer.from('x') }) }, { ...asked, integrity: [h1] }),
    ).toEqual(said({ kind: 'text', text }, 'other'))
  })

  it('asks for no module at a host of an agent’s choice where the proxy would fetch it from there', async () => {
    const fetching = (place: Place) => createGoRegistry({ ...place, onlyCached: false })

    expect(await ask(fetching, {}, { ...asked, name: 'evil.example/c2VjcmV0' })).toMatchObject({ kind: 'unknown' })
    expect(await ask(fetching, { [path]: zipSync(files) }, asked)).toMatchObject({ kind: 'found' })
  })

  it('unpacks no bomb', async () => {
    const bomb = zipSync({ 'github.com/X/a@v1.0.0/LICENSE': new Uint8Array(100 * 1024 * 1024) }, { level: 9 })

    await expect(ask(cached, { [path]: bomb }, asked)).rejects.toMatchObject({ name: 'ShapeError' })
    await expect(ask(cached, { [path]: 'no archive' }, asked)).rejects.toMatchObject({ name: 'ShapeError' })
  })
})
