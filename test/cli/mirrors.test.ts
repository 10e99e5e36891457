import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { crateRegistriesIn, gemMirrorIn, mavenMirrorsIn } from '../../cli/wiring/mirrors.ts'
import { readPackageManagers } from '../../cli/wiring/package-managers.ts'

describe('mirrors in the operator’s own configuration', () => {
  it.each([
    [
      '[source.crates-io]\nreplace-with = "m"\n[source.m]\nregistry = "sparse+https://crates.corp/i/"',
      ['https://crates.corp/i/'],
    ],
    [
      'source.crates-io.replace-with="a"\nsource.a.replace-with="b"\nsource.b.registry="https://b.corp/i"',
      ['https://b.corp/i'],
    ],
    ['source.crates-io.replace-with="a"\nsource.a.replace-with="crates-io"', []],
    ['source.crates-io.replace-with="v"\nsource.v.directory="vendor"', []],
    ['[build]\njobs = 2', []],
    ['[source', []],
    ['', []],
  ])('cargo: %j', (text, registries) => {
    expect(crateRegistriesIn(text)).toEqual(registries)
  })

  it.each([
    ['*', true],
    ['external:*,!snapshots', true],
    ['central', true],
    ['*,!central', false],
    ['jboss', false],
  ])('Maven: a mirror of %s counts: %j', (mirrorOf, counts) => {
    const mirror = `<mirror><id>m</id><mirrorOf>${mirrorOf}</mirrorOf><url>https://maven.corp/</url></mirror>`

    expect(mavenMirrorsIn(`<settings><mirrors>${mirror}</mirrors></settings>`)).toEqual(
      counts ? ['https://maven.corp/'] : [],
    )
  })

  it('Maven: settings that cannot be read name none', () => {
    expect(['', '<settings>', '<settings/>'].map(mavenMirrorsIn)).toEqual([[], [], []])
  })

  it.each([
    ['---\nBUNDLE_MIRROR__ALL: "https://gems.corp/"\nBUNDLE_JOBS: "2"\n', 'https://gems.corp/'],
    ['---\nBUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/: "https://gems.corp/"\n', null],
    ['BUNDLE_MIRROR__ALL: [', null],
    ['', null],
  ])('Bundler: %j', (text, mirror) => {
    expect(gemMirrorIn(text)).toBe(mirror)
  })

  it('are read from the home of the worker’s user, with the programs’ own words for the rest', async () => {
    const home = await mkdtemp(join(tmpdir(), 'airlock-home-'))
    const files = {
      '.npmrc': 'registry=https://npm.corp/\n@acme:registry=https://acme.corp/npm/\n',
      '.config/pip/pip.conf':
        '[global]\nindex-url = https://pip.corp/simple\nextra-index-url =\n  https://a.corp/\n  https://b.corp/\n',
      '.cargo/config.toml': 'source.crates-io.replace-with="a"\nsource.a.registry="https://crates.corp/"\n',
      '.bundle/config': 'BUNDLE_MIRROR__ALL: "https://gems.corp/"\n',
      '.m2/settings.xml':
        '<settings><mirrors><mirror><mirrorOf>*</mirrorOf><url>https://maven.corp/</url></mirror></mirrors></settings>',
    }
    for (const folder of ['.config/pip', '.cargo', '.m2', '.bundle'])
      await mkdir(join(home, folder), { recursive: true })
    for (const [path, content] of Object.entries(files)) await writeFile(join(home, path), content)
    try {
      expect(await readPackageManagers({ PATH: process.env.PATH, HOME: home })).toMatchObject({
        npmRegistries: ['https://npm.corp/', 'https://acme.corp/npm/'],
        pipIndexes: ['https://pip.corp/simple'],
        pipExtraIndexes: ['https://a.corp/', 'https://b.corp/'],
        crateRegistries: ['https://crates.corp/'],
        mavenMirrors: ['https://maven.corp/'],
        gemMirror: 'https://gems.corp/',
      })
    } finally {
      await rm(home, { recursive: true })
    }
  })
})
