import { added, changed } from '../../gate-input.ts'
import type { RuleCase } from '../rule-case.ts'

const manifest = (fields: Readonly<Record<string, unknown>>) =>
  JSON.stringify({ name: 'x', version: '1.0.0', ...fields }, null, 2)
const base = {
  scripts: { test: 'node test.js', setup: 'node setup.js', prepare: 'npm run setup' },
  dependencies: { a: '^1.0.0' },
}
const before = manifest(base)
const package_ = (fields: Readonly<Record<string, unknown>>) =>
  changed('package.json', before, manifest({ ...base, ...fields }))
const scripts = (more: Readonly<Record<string, string>>) => package_({ scripts: { ...base.scripts, ...more } })
const quiet = scripts({ test: 'node --test', lint: 'biome check' })

export const npmCases: readonly RuleCase[] = [
  {
    rule: 'npm-install-script',
    severity: 'block',
    what: 'a new postinstall',
    fires: scripts({ postinstall: 'node x.js' }),
    quiet,
  },
  {
    rule: 'npm-install-script',
    severity: 'block',
    what: 'a changed prepare',
    fires: scripts({ prepare: 'node x.js' }),
    quiet: package_({ version: '1.0.1' }),
  },
  {
    rule: 'npm-install-script',
    severity: 'block',
    what: 'a preinstall in a package of the workspace, behind a byte order mark',
    fires: added('packages/a/package.json', `\ufeff${manifest({ scripts: { preinstall: 'x' } })}`),
    quiet: changed('package.json', before, JSON.stringify(JSON.parse(before))),
  },
  {
    rule: 'npm-publish-script',
    severity: 'block',
    what: 'a new prepublishOnly',
    fires: scripts({ prepublishOnly: 'node x.js' }),
    quiet,
  },
  {
    rule: 'npm-lifecycle-script',
    severity: 'hold',
    what: 'a new postversion',
    fires: scripts({ postversion: 'git push' }),
    quiet,
  },
  {
    rule: 'npm-reached-script',
    severity: 'hold',
    what: 'a change to what prepare calls',
    fires: scripts({ setup: 'node x.js' }),
    quiet,
  },
  {
    rule: 'npm-reached-script',
    severity: 'hold',
    what: 'a companion of what prepare calls',
    fires: scripts({ presetup: 'node x.js' }),
    quiet: scripts({ pretest: 'tsc' }),
  },
  {
    rule: 'npm-git-hooks',
    severity: 'block',
    what: 'hooks by manifest',
    fires: package_({ 'simple-git-hooks': { 'pre-commit': 'x' } }),
    quiet: package_({ keywords: ['husky'] }),
  },
  {
    rule: 'npm-build-allowance',
    severity: 'block',
    what: 'a package that may now run scripts',
    fires: package_({ pnpm: { onlyBuiltDependencies: ['a'] } }),
    quiet: package_({ description: 'pnpm' }),
  },
  {
    rule: 'npm-build-allowance',
    severity: 'block',
    what: 'a trusted dependency of bun',
    fires: package_({ trustedDependencies: ['a'] }),
    quiet: package_({ engines: { node: '>=20' } }),
  },
  {
    rule: 'npm-redirect',
    severity: 'hold',
    what: 'an override',
    fires: package_({ overrides: { b: 'npm:c@1' } }),
    quiet: package_({ files: ['dist'] }),
  },
  {
    rule: 'npm-redirect',
    severity: 'hold',
    what: 'another registry for publishing',
    fires: package_({ publishConfig: { registry: 'https://r.example' } }),
    quiet: package_({ homepage: 'https://r.example' }),
  },
  {
    rule: 'new-dependency',
    severity: 'hold',
    what: 'a new dependency',
    fires: package_({ dependencies: { a: '^1.0.0', b: '^1.0.0' } }),
    quiet: package_({ dependencies: { a: '^2.0.0' } }),
  },
  {
    rule: 'new-dependency',
    severity: 'hold',
    what: 'a new optional dependency',
    fires: package_({ optionalDependencies: { b: '1' } }),
    quiet: package_({ dependencies: {}, devDependencies: { a: '^1.0.0' } }),
  },
  {
    rule: 'dependency-source',
    severity: 'hold',
    what: 'a dependency from git',
    fires: package_({ dependencies: { a: 'git+https://h.example/a.git' } }),
    quiet: package_({ dependencies: { a: '>=1 <3 || ^4.0.0-rc.1' } }),
  },
  {
    rule: 'dependency-source',
    severity: 'hold',
    what: 'another package under the same name',
    fires: package_({ dependencies: { a: 'npm:b@1' } }),
    quiet: package_({ dependencies: { a: 'workspace:^' } }),
  },
  {
    rule: 'unreadable-file',
    severity: 'hold',
    what: 'a manifest that is not JSON',
    fires: changed('package.json', before, '{"scripts": '),
    quiet,
  },
  {
    rule: 'node-gyp',
    severity: 'block',
    what: 'a file that makes npm build',
    fires: added('binding.gyp', '{}'),
    quiet: added('src/binding.cc', 'int x;\n'),
  },
  {
    rule: 'npm-config',
    severity: 'block',
    what: 'another registry',
    fires: added('.npmrc', 'save-exact=true\nregistry=https://r.example/\n'),
    quiet: added('.npmrc', '; house rules\nsave-exact=true\nfund = false\nengine-strict=true\n'),
  },
  {
    rule: 'npm-config',
    severity: 'block',
    what: 'a shell for scripts',
    fires: changed('.npmrc', 'fund=false\n', 'fund=false\nscript-shell=./sh\n'),
    quiet: changed('.npmrc', 'registry=https://r.example/\n', 'fund=false\nregistry=https://r.example/\n'),
  },
  {
    rule: 'yarn-config',
    severity: 'block',
    what: 'another yarn',
    fires: added('.yarnrc.yml', 'yarnPath: .yarn/x.cjs\n'),
    quiet: added('.yarnrc.yml', 'nodeLinker: node-modules\nenableTelemetry: false\n'),
  },
  {
    rule: 'pnpm-workspace',
    severity: 'block',
    what: 'a build that is allowed',
    fires: changed('pnpm-workspace.yaml', 'packages: [a]\n', 'packages: [a]\nonlyBuiltDependencies: [b]\n'),
    quiet: changed('pnpm-workspace.yaml', 'packages: [a]\n', 'packages: [a, b]\ncatalog:\n  c: ^1.0.0\n'),
  },
  {
    rule: 'pnpm-redirect',
    severity: 'hold',
    what: 'an override',
    fires: added('pnpm-workspace.yaml', 'overrides:\n  a: 2.0.0\n'),
    quiet: added('pnpm-workspace.yaml', 'packages:\n  - packages/*\n'),
  },
  {
    rule: 'package-manager-code',
    severity: 'block',
    what: 'a pnpm hook file',
    fires: added('.pnpmfile.cjs', 'module.exports = {}\n'),
    quiet: added('src/pnpmfile.ts', 'export {}\n'),
  },
  {
    rule: 'package-manager-code',
    severity: 'block',
    what: 'another yarn release',
    fires: added('.yarn/releases/yarn-4.cjs', 'x\n'),
    quiet: added('.yarn/versions/a.yml', 'releases: {}\n'),
  },
]
