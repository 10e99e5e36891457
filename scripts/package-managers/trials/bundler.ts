import { gzipSync } from 'node:zlib'
import { digest, tar } from '../archives.ts'
import { greeting, type Trial } from '../trial.ts'

const host = 'gems.acme.example'

export async function bundlerTrial(): Promise<Trial> {
  const gem = await makeGem()
  const info = `---\n1.0.0 |checksum:${digest('sha256', gem)}\n`
  const answers: Readonly<Record<string, string | Buffer>> = {
    '/versions': `created_at: 2026-01-01T00:00:00Z\n---\nacme-tools 1.0.0 ${digest('md5', info)}\n`,
    '/info/acme-tools': info,
    '/gems/acme-tools-1.0.0.gem': gem,
  }
  return {
    program: 'bundle',
    version: 'bundle --version',
    host,
    presets: ['rubygems'],
    files: {
      Gemfile: 'source "https://rubygems.org"\n\ngem "acme-tools", "1.0.0"\n',
      'Gemfile.lock': lock,
    },
    answer: (path) => answers[path] ?? null,
    use: `bundle exec ruby -e 'require "acme_tools"; puts AcmeTools::HELLO'`,
  }
}

/** A tar of two compressed parts, which is all that a gem is. */
async function makeGem(): Promise<Buffer> {
  const data = gzipSync(await tar({ 'lib/acme_tools.rb': `module AcmeTools\n  HELLO = '${greeting}'\nend\n` }))
  return tar({ 'metadata.gz': gzipSync(specification), 'data.tar.gz': data })
}

const specification = `--- !ruby/object:Gem::Specification
name: acme-tools
version: !ruby/object:Gem::Version
  version: 1.0.0
platform: ruby
authors: [acme]
date: 2026-01-01 00:00:00.000000000 Z
dependencies: []
files: [lib/acme_tools.rb]
require_paths: [lib]
summary: tools
required_ruby_version: !ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: '0'
required_rubygems_version: !ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: '0'
specification_version: 4
`

/** It names the public host, which nothing reaches here: Bundler is told of a mirror. */
const lock = `GEM
  remote: https://rubygems.org/
  specs:
    acme-tools (1.0.0)

PLATFORMS
  ruby

DEPENDENCIES
  acme-tools (= 1.0.0)
`
