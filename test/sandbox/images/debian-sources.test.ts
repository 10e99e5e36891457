import { describe, expect, it } from 'vitest'
import { selectAcquireOptions, selectSources } from '../../../worker/sandbox/image/debian-sources.ts'
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
  const plan = { packages: ['git'], toolsHook: null, overlay: '/tmp/o.tar', target: '/tmp/root.tar' }

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
})
