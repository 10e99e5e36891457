import { describe, expect, it } from 'vitest'
import { linesOf, plan } from './make-view.ts'

const manifest = { 'package.json': '{"name":"a","scripts":{"test":"node test.js"}}' }

describe('a repository with a lockfile', () => {
  it.each([
    ['npm', { ...manifest, 'package-lock.json': '{}' }, 'npm ci', 'npm'],
    ['npm shrinkwrap', { ...manifest, 'npm-shrinkwrap.json': '{}' }, 'npm ci', 'npm'],
    ['pnpm', { ...manifest, 'pnpm-lock.yaml': '' }, 'pnpm install --frozen-lockfile', 'npm'],
    ['yarn classic', { ...manifest, 'yarn.lock': '# yarn lockfile v1\n' }, 'yarn install --frozen-lockfile', 'npm'],
    [
      'yarn berry',
      { ...manifest, 'yarn.lock': '# x\n\n__metadata:\n  version: 8\n' },
      'yarn install --immutable',
      'npm',
    ],
    ['bun', { ...manifest, 'bun.lock': '{}' }, 'bun install --frozen-lockfile', 'npm'],
    [
      'pip',
      { 'requirements.txt': 'requests==2.32.3\n' },
      'python3 -m venv .venv && .venv/bin/pip install --no-input --requirement requirements.txt',
      'pypi',
    ],
    ['uv', { 'uv.lock': '' }, 'uv sync --frozen --no-install-project --no-install-workspace', 'pypi'],
    [
      'poetry',
      { 'poetry.lock': '' },
      'POETRY_VIRTUALENVS_IN_PROJECT=true poetry install --no-root --no-interaction',
      'pypi',
    ],
    ['cargo', { 'Cargo.lock': '' }, 'cargo fetch --locked', 'crates'],
    ['go', { 'go.mod': '', 'go.sum': '' }, 'go mod download', 'go'],
    [
      'bundler',
      { 'Gemfile.lock': '' },
      'bundle config set --global path vendor/bundle && BUNDLE_FROZEN=true bundle install',
      'rubygems',
    ],
    ['composer', { 'composer.lock': '{}' }, 'composer install --no-interaction --no-progress', 'packagist'],
    ['maven', { 'pom.xml': '' }, 'mvn --batch-mode dependency:go-offline', 'maven'],
    [
      'gradle',
      { 'gradle.lockfile': '' },
      expect.stringMatching(/ && gradle --no-daemon --console=plain --init-script \S+ airlockDependencies$/),
      'gradle',
    ],
  ])('is set up by it, with its registry alone: %s', (_, files, line, preset) => {
    const made = plan(files)

    expect(linesOf(made)).toEqual([line])
    expect(made.source).toBe('lockfiles')
    expect(made.network).toContain(preset)
  })

  it('of two kinds has both, and of two managers of one kind has one and says so', () => {
    const made = plan({ ...manifest, 'package-lock.json': '{}', 'yarn.lock': '', 'go.sum': '' })

    expect(linesOf(made)).toEqual(['yarn install --frozen-lockfile', 'go mod download'])
    expect(made.network).toEqual(['go', 'npm'])
    expect(made.notDone).toEqual([
      { what: 'package-lock.json', why: 'yarn.lock is there too, and one manager installs' },
    ])
  })

  it('installs tools of mise first, where the image has mise, and else says that it has none', () => {
    const files = { ...manifest, 'package-lock.json': '{}', '.tool-versions': 'nodejs 24\n' }

    expect(linesOf(plan(files))).toEqual(['MISE_TRUSTED_CONFIG_PATHS=/workspace mise install --yes', 'npm ci'])
    const without = plan(files, {}, { programs: new Set(['npm']) })
    expect(linesOf(without)).toEqual(['npm ci'])
    expect(without.notDone[0]?.why).toBe('the image has no mise')
  })

  it('is not set up by what lies below a folder, or by a manifest without a lockfile', () => {
    expect(plan({ 'sub/package.json': '{}', 'sub/package-lock.json': '{}' }).source).toBe('nothing')
    expect(plan(manifest)).toMatchObject({ source: 'nothing', notDone: [{ what: 'package.json' }] })
  })
})

describe('what setup left is shared by commits', () => {
  const locked = { ...manifest, 'package-lock.json': '{}', 'src/a.js': '' }

  it('with the same manifests, lockfile and settings of the manager', () => {
    const files = { ...locked, '.npmrc': '', 'packages/b/package.json': '{}', 'node_modules/c/package.json': '{}' }

    expect(plan(files).inputs).toEqual({
      kind: 'files',
      paths: ['.npmrc', 'package-lock.json', 'package.json', 'packages/b/package.json'],
    })
  })

  it.each([
    ['a script of its own runs on installation', { 'package.json': '{"scripts":{"prepare":"tsc"}}' }],
    ['a workspace’s script does', { 'packages/b/package.json': '{"scripts":{"postinstall":"x"}}' }],
    ['a manifest cannot be read', { 'packages/b/package.json': '{' }],
    ['an addon is built', { 'binding.gyp': '{}' }],
    ['pnpm runs a file of it', { '.pnpmfile.cjs': '' }],
  ])('only with every file, where %s', (_, files) => {
    expect(plan({ ...locked, ...files }).inputs.kind).toBe('tree')
  })

  it.each([
    ['-e .'],
    ['-r more.txt'],
    ['./local'],
    ['local @ file:///workspace/local'],
    ['--index-url https://example.com'],
  ])('only with every file, where requirements.txt says %s', (line) => {
    expect(plan({ 'requirements.txt': `requests==2.32.3\n${line}\n` }).inputs.kind).toBe('tree')
  })

  it('where requirements.txt has plain requirements, with hashes, extras, markers and comments', () => {
    const text = '# all\nrequests[socks]==2.32.3 \\\n    --hash=sha256:ab\nidna>=3 ; python_version > "3"\n\n'

    expect(plan({ 'requirements.txt': text }).inputs).toEqual({ kind: 'files', paths: ['requirements.txt'] })
  })

  it('only with every file, where an input is a symlink to another file', () => {
    const made = plan(manifest, {}, {}, ['package-lock.json'])

    expect(linesOf(made)).toEqual(['npm ci'])
    expect(made.inputs).toEqual({ kind: 'tree', why: 'package-lock.json is a symlink to another file' })
  })
})
