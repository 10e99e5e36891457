import { gzipSync } from 'node:zlib'
import { digest, tar } from '../archives.ts'
import { greeting, type Trial } from '../trial.ts'

const host = 'npm.acme.example'
const path = '/acme-tools/-/acme-tools-1.0.0.tgz'
const manifest = JSON.stringify({ name: 'x', version: '1.0.0', dependencies: { 'acme-tools': '1.0.0' } })

/** npm, pnpm, bun, and Yarn in the version that the image has: by `isClassic`, 1 or a later one. */
export async function javascriptTrials(isClassic: boolean): Promise<readonly Trial[]> {
  const tarball = gzipSync(
    await tar({
      'package/package.json': JSON.stringify({ name: 'acme-tools', version: '1.0.0', main: 'index.js' }),
      'package/index.js': `module.exports = '${greeting}'\n`,
    }),
  )
  const integrity = `sha512-${digest('sha512', tarball, 'base64')}`
  const document = JSON.stringify({
    name: 'acme-tools',
    'dist-tags': { latest: '1.0.0' },
    versions: {
      '1.0.0': { name: 'acme-tools', version: '1.0.0', dist: { tarball: `https://${host}${path}`, integrity } },
    },
  })
  const trial = (program: string, files: Readonly<Record<string, string>>): Trial => ({
    program,
    version: `${program} --version`,
    host,
    presets: ['npm'],
    files: { 'package.json': manifest, ...files },
    answer: (asked) => ({ '/acme-tools': document, [path]: tarball })[asked] ?? null,
    use: `node -p 'require("acme-tools")'`,
  })
  return [
    trial('npm', { 'package-lock.json': npmLock(integrity) }),
    trial('pnpm', { 'pnpm-lock.yaml': pnpmLock(integrity) }),
    trial('bun', { 'bun.lock': bunLock(integrity) }),
    trial(
      'yarn',
      isClassic
        ? { 'yarn.lock': yarnClassicLock(integrity) }
        : { 'yarn.lock': yarnLock, '.yarnrc.yml': 'nodeLinker: node-modules\nchecksumBehavior: ignore\n' },
    ),
  ]
}

function npmLock(integrity: string): string {
  return JSON.stringify({
    name: 'x',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': JSON.parse(manifest),
      'node_modules/acme-tools': { version: '1.0.0', resolved: `https://${host}${path}`, integrity },
    },
  })
}

function pnpmLock(integrity: string): string {
  return `lockfileVersion: '9.0'
settings:
  autoInstallPeers: true
  excludeLinksFromLockfile: false
importers:
  .:
    dependencies:
      acme-tools:
        specifier: 1.0.0
        version: 1.0.0
packages:
  acme-tools@1.0.0:
    resolution: {integrity: ${integrity}}
snapshots:
  acme-tools@1.0.0: {}
`
}

function bunLock(integrity: string): string {
  return JSON.stringify({
    lockfileVersion: 1,
    workspaces: { '': { name: 'x', dependencies: { 'acme-tools': '1.0.0' } } },
    packages: { 'acme-tools': ['acme-tools@1.0.0', '', {}, integrity] },
  })
}

function yarnClassicLock(integrity: string): string {
  return `# yarn lockfile v1

acme-tools@1.0.0:
  version "1.0.0"
  resolved "https://${host}${path}"
  integrity ${integrity}
`
}

const yarnLock = `__metadata:
  version: 8
  cacheKey: 10c0

"acme-tools@npm:1.0.0":
  version: 1.0.0
  resolution: "acme-tools@npm:1.0.0"
  languageName: node
  linkType: hard

"x@workspace:.":
  version: 0.0.0-use.local
  resolution: "x@workspace:."
  dependencies:
    acme-tools: "npm:1.0.0"
  languageName: unknown
  linkType: soft
`
