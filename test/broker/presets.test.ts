import { describe, expect, it } from 'vitest'
import { createPresetEnv, createPresets } from '../../worker/broker/presets.ts'
import { openWorld, presetsOf } from './broker-world.ts'
import { noPackages } from './no-packages.ts'

describe('presets', () => {
  it('stand for the registries that npm is configured to use', () => {
    const npmRegistries = ['https://npm.corp/', 'http://10.0.0.5:4873/path', 'https://npm.corp/scope/']

    expect(createPresets({ ...noPackages, npmRegistries }).get('npm')).toEqual([
      { host: 'npm.corp', port: 443 },
      { host: '10.0.0.5', port: 4873 },
    ])
  })

  it('stand for the hosts in apt’s sources, in both formats', () => {
    const aptSources = [
      '# deb http://commented.example/debian x main\ndeb [signed-by=/x] http://apt.corp/debian bookworm main\ndeb-src https://src.corp/ x main\ndeb cdrom:[Debian]/ x main\n',
      'Types: deb\nURIs: http://one.corp/debian https://two.corp/debian\nSuites: bookworm\n',
    ]

    expect(createPresets({ ...noPackages, aptSources }).get('debian')).toEqual([
      { host: 'apt.corp', port: 80 },
      { host: 'src.corp', port: 443 },
      { host: 'one.corp', port: 80 },
      { host: 'two.corp', port: 443 },
    ])
  })

  it('have no npm and no debian where nothing is configured', () => {
    const presets = createPresets(noPackages)

    expect([...presets.keys()]).toEqual(['pypi', 'crates', 'go', 'github', 'rubygems', 'maven', 'gradle', 'packagist'])
    expect(presets.get('github')).toContainEqual({ host: 'github.com', port: 443 })
  })

  it('put a mirror in place of the public hosts', () => {
    const presets = createPresets({
      ...noPackages,
      pipIndexes: ['https://pip.corp/simple'],
      goProxy: 'https://go.corp|direct,off',
    })

    expect(presets.get('pypi')).toEqual([{ host: 'pip.corp', port: 443 }])
    expect(presets.get('go')).toEqual([{ host: 'go.corp', port: 443 }])
  })

  it('put a mirror in place of crates.io and of Maven’s central repository', () => {
    const presets = createPresets({
      ...noPackages,
      crateRegistries: ['https://crates.corp/index/'],
      mavenMirrors: ['https://maven.corp:8443/all'],
    })

    expect(presets.get('crates')).toEqual([{ host: 'crates.corp', port: 443 }])
    expect(presets.get('maven')).toEqual([{ host: 'maven.corp', port: 8443 }])
  })

  it('have what Yarn 1 asks beside what npm does, and tell programs of npm’s alone', () => {
    const both = { ...noPackages, npmRegistries: ['https://npm.corp/'], yarnRegistry: 'https://yarn.corp/' }

    expect(createPresets(both).get('npm')).toEqual([
      { host: 'npm.corp', port: 443 },
      { host: 'yarn.corp', port: 443 },
    ])
    expect(JSON.stringify(createPresetEnv(both).get('npm'))).not.toContain('yarn.corp')
  })

  it('have further indexes of Python beside the public one, or beside the mirror', () => {
    const extra = { ...noPackages, pipExtraIndexes: ['https://extra.corp/simple', 'file:///opt/simple'] }
    const hosts = (pipIndexes: readonly string[]) =>
      createPresets({ ...extra, pipIndexes })
        .get('pypi')
        ?.map(({ host }) => host)

    expect(hosts([])).toEqual(['pypi.org', 'files.pythonhosted.org', 'extra.corp'])
    expect(hosts(['https://pip.corp/simple'])).toEqual(['pip.corp', 'extra.corp'])
  })

  it('tell pip and uv the same indexes, without passwords, and nothing of files on the host', () => {
    const env = createPresetEnv({
      ...noPackages,
      pipIndexes: ['https://ada:hunter2@pip.corp/simple'],
      pipExtraIndexes: ['https://ada:hunter2@extra.corp/simple', 'file:///opt/simple'],
    }).get('pypi')

    expect(env).toEqual({
      PIP_INDEX_URL: 'https://pip.corp/simple',
      UV_DEFAULT_INDEX: 'https://pip.corp/simple',
      PIP_EXTRA_INDEX_URL: 'https://extra.corp/simple',
      UV_INDEX: 'https://extra.corp/simple',
    })
  })

  it('tell npm, pnpm and Yarn the same registry, each in its own word, without passwords', () => {
    const env = createPresetEnv({ ...noPackages, npmRegistries: ['https://ada:hunter2@npm.corp/'] }).get('npm')

    expect(env).toEqual({
      npm_config_registry: 'https://npm.corp/',
      pnpm_config_registry: 'https://npm.corp/',
      YARN_NPM_REGISTRY_SERVER: 'https://npm.corp/',
    })
  })

  it('tell Bundler the mirror of all its sources, without passwords, and open it alone', () => {
    const configuration = { ...noPackages, gemMirror: 'https://ada:hunter2@gems.corp/' }

    expect(createPresetEnv(configuration).get('rubygems')).toEqual({ BUNDLE_MIRROR__ALL: 'https://gems.corp/' })
    expect(createPresetEnv(noPackages).get('rubygems')).toEqual({})
    expect(createPresets(configuration).get('rubygems')).toEqual([{ host: 'gems.corp', port: 443 }])
  })

  it('keep the host of the files where the public index is configured', () => {
    const presets = createPresets({ ...noPackages, pipIndexes: ['https://pypi.org/simple'], goProxy: 'direct' })

    expect(presets.get('pypi')).toContainEqual({ host: 'files.pythonhosted.org', port: 443 })
    expect(presets.get('go')).toContainEqual({ host: 'proxy.golang.org', port: 443 })
  })

  it('tell a session the mirror that its policy named, without the password in its address', async () => {
    const presetEnv = createPresetEnv({
      ...noPackages,
      npmRegistries: ['https://ada:hunter2@npm.corp/'],
      pipIndexes: ['https://pip.corp/simple'],
    })
    const presets = presetsOf(new Map([['npm', [{ host: 'npm.corp', port: 443 }]]]), presetEnv)

    await using open = await openWorld({ egress: ['npm'], deps: { presets } })
    await using closed = await openWorld({ egress: [], deps: { presets } })

    expect(open.session.env.npm_config_registry).toBe('https://npm.corp/')
    expect(open.session.env).not.toHaveProperty('PIP_INDEX_URL')
    expect(closed.session.env).not.toHaveProperty('npm_config_registry')
  })
})
