import { describe, expect, it } from 'vitest'
import { selectAcquireOptions, selectSources, sourcesFor } from '../../../worker/sandbox/image/debian-sources.ts'
import { mmdebstrapArguments } from '../../../worker/sandbox/image/run-mmdebstrap.ts'

const stanza = (suites: string, more = '') =>
  `Types: deb\nURIs: http://mirror.example.com/debian\nSuites: ${suites}\nComponents: main${more}`

describe("the machine's apt sources", () => {
  it('are taken where they are about Debian as we build it, and no others', () => {
    const ours = stanza('bookworm bookworm-updates')
    const text = `# a comment\n${ours}\n\n${stanza('nodistro')}\n\n${stanza('bookworm', '\nEnabled: no')}\n`

    expect(selectSources(text, 'bookworm')).toEqual([ours])
  })

  it('are understood in the older form, with their keys', () => {
    const text = [
      'deb [arch=amd64 signed-by=/usr/share/keyrings/a.gpg] https://mirror.example.com/debian bookworm main contrib',
      'deb https://other.example.com/apt cloud-sdk-bookworm main',
      'deb-src https://mirror.example.com/debian bookworm main',
    ].join('\n')

    expect(selectSources(text, 'bookworm')).toEqual([
      'Types: deb\nURIs: https://mirror.example.com/debian\nSuites: bookworm\nComponents: main contrib\nSigned-By: /usr/share/keyrings/a.gpg',
    ])
  })

  it('lead to the same mirror for a release that is not the machine’s own', () => {
    const text = `${stanza('nodistro')}\n\n${stanza('bookworm bookworm-updates')}\n\n${stanza('bookworm-security')}`

    expect(sourcesFor(text, 'trixie')).toEqual([stanza('trixie trixie-updates'), stanza('trixie-security')])
    expect(sourcesFor(`${text}\n\n${stanza('trixie')}`, 'trixie')).toEqual([stanza('trixie')])
    expect(sourcesFor(stanza('nodistro'), 'trixie')).toEqual([])
  })

  it('bring their proxies along, and nothing that runs a program', () => {
    const dump = [
      'Acquire::http::Proxy "http://proxy.example.com:3128";',
      'Acquire::http::Proxy-Auto-Detect "/usr/local/bin/find-proxy";',
      'APT::Update::Post-Invoke:: "touch /tmp/ran";',
      'DPkg::Pre-Install-Pkgs:: "reboot";',
    ].join('\n')

    expect(selectAcquireOptions(dump)).toEqual(['Acquire::http::Proxy "http://proxy.example.com:3128"'])
  })
})

describe("the builder's command line", () => {
  const plan = {
    suite: 'bookworm',
    packages: ['git'],
    toolsHook: null,
    overlay: '/tmp/o.tar',
    target: '/tmp/root.tar',
  } as const

  it('reads the sources from its input, where nobody can see a password in them', () => {
    const argv = mmdebstrapArguments({ ...plan, sources: { sources: stanza('bookworm'), options: [] } })

    expect(argv).toContain('--include=git')
    expect(argv.at(-1)).toBe('-')
    expect(argv.join(' ')).not.toContain('mirror.example.com')
  })

  it("leaves the mirror to mmdebstrap on a machine that has none of Debian's", () => {
    const argv = mmdebstrapArguments({ ...plan, sources: { sources: '', options: [] } })

    expect(argv.slice(-2)).toEqual(['bookworm', '/tmp/root.tar'])
  })

  it('takes the release that the description names', () => {
    const argv = mmdebstrapArguments({ ...plan, suite: 'trixie', sources: { sources: '', options: [] } })

    expect(argv.slice(-2)).toEqual(['trixie', '/tmp/root.tar'])
  })
})
