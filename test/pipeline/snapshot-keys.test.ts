import { describe, expect, it } from 'vitest'
import type { SetupPlan } from '../../worker/contract/index.ts'
import { layerFits } from '../../worker/pipeline/layer-fits.ts'
import { type KeyInput, mayStore, snapshotKeys } from '../../worker/pipeline/snapshot-keys.ts'
import { requestOf } from './fakes.ts'

const plan: SetupPlan = {
  source: 'lockfiles',
  commands: [{ line: 'npm ci', from: 'package-lock.json' }],
  env: {},
  network: ['npm'],
  notDone: [],
  inputs: { kind: 'files', paths: ['package-lock.json'] },
}

const input: KeyInput = {
  request: requestOf(),
  plan,
  tree: { treeSha: 'a'.repeat(40) },
  files: new Map([['package-lock.json', '100644 1 aa']]),
  isolation: 'process',
  imageDigest: 'host',
  secretVersions: { TOKEN: 'v1' },
  arch: 'x64',
  trust: 'default-branch',
}

describe('the keys of a snapshot', () => {
  it('are the same for the same: the control', () => {
    expect(snapshotKeys({ ...input })).toEqual(snapshotKeys(input))
  })

  it('share what a commit with the same lockfile and another tree left', () => {
    const other = snapshotKeys({ ...input, tree: { treeSha: 'b'.repeat(40) } })

    expect(other.shared).toBe(snapshotKeys(input).shared)
    expect(other.exact).not.toBe(snapshotKeys(input).exact)
  })

  it.each<[string, Partial<KeyInput>]>([
    ['lockfile', { files: new Map([['package-lock.json', '100644 1 bb']]) }],
    ['repository', { request: { repository: { ...requestOf().repository, id: 8 } } }],
    ['command', { plan: { ...plan, commands: [{ line: 'npm i', from: 'x' }] } }],
    ['host', { plan: { ...plan, network: ['npm', 'example.com'] } }],
    ['variable', { plan: { ...plan, env: { A: 'b' } } }],
    ['class of isolation', { isolation: 'gvisor' }],
    ['image', { imageDigest: 'other' }],
    ['version of a secret', { secretVersions: { TOKEN: 'v2' } }],
    ['name of a secret', { secretVersions: { OTHER: 'v1' } }],
    ['processor', { arch: 'arm64' }],
    ['level of trust', { trust: 'pull-request' }],
  ])('never share what was made with another %s', (_, changes) => {
    expect(snapshotKeys({ ...input, ...changes }).shared).not.toBe(snapshotKeys(input).shared)
  })

  it('share nothing where the commands may read any file', () => {
    expect(snapshotKeys({ ...input, plan: { ...plan, inputs: { kind: 'tree', why: 'x' } } }).shared).toBeNull()
  })
})

describe('who may store', () => {
  it.each([
    ['main', true],
    ['feature', false],
    ['refs/heads/main', false],
    ['Main', false],
  ])('a job based on %s of a repository whose default branch is main: %j', (ref, may) => {
    expect(mayStore({ ...requestOf(), base: { ref, sha: 'a'.repeat(40) } })).toBe(may)
  })
})

it('a fork whose branch has the name of the default branch does not store', () => {
  const request = { ...requestOf(), base: { ref: 'main', sha: 'a'.repeat(40) } }

  expect(mayStore({ ...request, fork: { pullRequest: 9, repositoryId: 2 } })).toBe(false)
  expect(mayStore(request)).toBe(true)
})

describe('what setup added fits into a commit', () => {
  const files = (...paths: readonly string[]) => new Map(paths.map((path) => [path, 'x']))

  it.each([
    [['node_modules'], files('package.json'), true],
    [['packages/a/node_modules'], files('packages/a/package.json'), true],
    [['node_modules'], files('node_modules'), false],
    [['node_modules'], files('node_modules/x'), false],
    [['packages/a/node_modules'], files('packages/a'), false],
    [['packages/a/node_modules'], files('packages'), false],
    [['packages/a/node_modules'], files('other'), false],
  ])('%j', (layer, base, fits) => {
    expect(layerFits(layer, base)).toBe(fits)
  })
})
