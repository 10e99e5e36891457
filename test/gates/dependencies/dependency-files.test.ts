import { describe, expect, it } from 'vitest'
import { dependencyFiles } from '../../../worker/gates/dependencies/dependency-files.ts'
import type { FoundPackage } from '../../../worker/gates/dependencies/found-package.ts'

/** `name@version`, `~` before a range, `<-` and where it comes from if not from a registry, `#` and how many digests. */
function summary(one: FoundPackage): string {
  const from = one.elsewhere === null ? '' : ` <- ${one.elsewhere}`
  const bound = one.integrity.length === 0 ? '' : ` #${one.integrity.length}`
  return `${one.name}@${one.exact ? '' : '~'}${one.version}${from}${bound}`
}

function read(path: string, text: string): string[] | null {
  const kind = dependencyFiles.find(({ paths }) => paths.test(path))
  if (kind === undefined) throw new Error(`${path} is read by nobody`)
  return kind.read(text)?.map(summary) ?? null
}

const hex = 'ab'.repeat(32)

const good: readonly (readonly [path: string, text: string, expected: readonly string[]])[] = [
  [
    'web/package.json',
    '{"dependencies":{"a":"^1.0.0","b":"npm:@s/c@2.0.0","d":"o/r","e":"workspace:*","f":"git+https://x.example/f"},"devDependencies":{"g":"=1.2.3"}}',
    ['a@~^1.0.0', '@s/c@2.0.0', 'd@~o/r <- o/r', 'f@~git+https://x.example/f <- git+https://x.example/f', 'g@1.2.3'],
  ],
  [
    'pnpm-lock.yaml',
    `lockfileVersion: '9.0'

packages:

  '@s/a@1.0.0':
    resolution: {integrity: sha512-AA==}
    engines: {node: '>=4'}

  b@2.0.0(c@1.0.0):
    resolution: {integrity: sha512-BB==}
    deprecated: |-
      gone: for good
      use another
    cpu:
      - x64

  d@https://codeload.example/d/tar.gz/abc:
    resolution: {tarball: https://codeload.example/d/tar.gz/abc}
    version: 3.0.0

  e@file:../e:
    resolution: {directory: ../e, type: directory}

snapshots:

  '@s/a@1.0.0': {}
`,
    ['@s/a@1.0.0 #1', 'b@2.0.0 #1', 'd@3.0.0 <- https://codeload.example/d/tar.gz/abc'],
  ],
  [
    'old/pnpm-lock.yaml',
    'lockfileVersion: 5.4\npackages:\n\n  /@s/a/1.0.0_b@2.0.0:\n    resolution: {integrity: sha512-AA==}\n',
    ['@s/a@1.0.0 #1'],
  ],
  [
    'yarn.lock',
    `# yarn lockfile v1


"@s/a@^1.0.0", "@s/a@~1.0.0":
  version "1.0.1"
  resolved "https://r.example/@s/a/-/a-1.0.1.tgz#${'a'.repeat(40)}"
  integrity sha512-AA==
  dependencies:
    b "^2.0.0"

"alias@npm:b@^2.0.0":
  version "2.0.0"
  resolved "https://r.example/b/-/b-2.0.0.tgz#${'b'.repeat(40)}"

"c@git+ssh://git@h.example/c.git":
  version "3.0.0"
  resolved "git+ssh://git@h.example/c.git#abc"
`,
    ['@s/a@1.0.1 #1', 'b@2.0.0 #1', 'c@3.0.0 <- git+ssh://git@h.example/c.git'],
  ],
  [
    'berry/yarn.lock',
    `# This file is generated
__metadata:
  version: 8
  cacheKey: 10c0

"a@npm:^1.0.0, a@npm:~1.0.0":
  version: 1.0.1
  resolution: "a@npm:1.0.1"
  dependencies:
    b: "npm:^2.0.0"
  checksum: 10c0/abc
  languageName: node
  linkType: hard

"b@patch:b@npm%3A2.0.0#optional!builtin<compat/b>":
  version: 2.0.0
  resolution: "b@patch:b@npm%3A2.0.0#optional!builtin<compat/b>::version=2.0.0&hash=abc"

"c@https://h.example/c.git":
  version: 3.0.0
  resolution: "c@https://h.example/c.git#commit=abc"

"x@workspace:.":
  version: 0.0.0-use.local
  resolution: "x@workspace:."
`,
    ['a@1.0.1', 'b@2.0.0', 'c@3.0.0 <- https://h.example/c.git#commit=abc'],
  ],
  [
    'bun.lock',
    `{
  "lockfileVersion": 1,
  "packages": {
    "@s/a": ["@s/a@1.0.0", "", { "dependencies": {} }, "sha512-AA=="],
    "x": ["x@workspace:packages/x"],
    "b": ["b@git+https://h.example/b#abc", {}, "abc"],
  },
}`,
    ['@s/a@1.0.0 #1', 'b@~git+https://h.example/b#abc <- git+https://h.example/b#abc'],
  ],
  [
    'requirements-dev.txt',
    `# tools
Foo_Bar[extra]==1.0 ; python_version > "3" \\
    --hash=sha256:${hex} \\
    --hash=sha256:${hex}
b>=2,<3
c @ https://h.example/c.zip
-e .
-r other.txt
git+https://h.example/d.git#egg=d
`,
    ['Foo_Bar@1.0 #2', 'b@~>=2,<3', 'c@~? <- https://h.example/c.zip', 'd@~? <- git+https://h.example/d.git#egg=d'],
  ],
  [
    'requirements/base.in',
    '--index-url https://h.example/simple\na==1.0\n',
    ['a@1.0 <- --index-url https://h.example/simple'],
  ],
  [
    'poetry.lock',
    `[[package]]
name = "a"
version = "1.0"
files = [ {file = "a.whl", hash = "sha256:${hex}"}, {file = "a.tar.gz", hash = "sha256:${hex}"} ]

[[package]]
name = "b"
version = "2.0"
files = []
[package.source]
type = "git"
url = "https://h.example/b.git"

[[package]]
name = "own"
version = "0"
[package.source]
type = "directory"
url = "lib"
`,
    ['a@1.0 #2', 'b@2.0 <- https://h.example/b.git'],
  ],
  [
    'uv.lock',
    `version = 1
[[package]]
name = "a"
version = "1.0"
source = { registry = "https://pypi.org/simple" }
sdist = { url = "https://f.example/a.tar.gz", hash = "sha256:${hex}" }
wheels = [ { url = "https://f.example/a.whl", hash = "sha256:${hex}" } ]
[[package]]
name = "b"
version = "2.0"
source = { git = "https://h.example/b" }
[[package]]
name = "own"
version = "0"
source = { editable = "." }
`,
    ['a@1.0 #2', 'b@2.0 <- git https://h.example/b'],
  ],
  [
    'pyproject.toml',
    `[build-system]
requires = ["setuptools==70.0"]
[project]
dependencies = ["a>=1", "b==2.0; os_name == 'nt'"]
[project.optional-dependencies]
x = ["c"]
[tool.poetry.dependencies]
python = "^3.12"
d = "^1.0"
e = { git = "https://h.example/e" }
f = { path = "../f" }
`,
    ['a@~>=1', 'b@2.0', 'setuptools@70.0', 'c@~any', 'd@~^1.0', 'e@~any <- https://h.example/e'],
  ],
  [
    'Cargo.lock',
    `version = 3
[[package]]
name = "own"
version = "0.1.0"
[[package]]
name = "serde"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "${hex}"
[[package]]
name = "b"
version = "2.0.0"
source = "git+https://h.example/b#abc"
`,
    ['serde@1.0.0 #1', 'b@2.0.0 <- git+https://h.example/b#abc'],
  ],
  [
    'Cargo.toml',
    `[dependencies]
a = "1.0"
b = { version = "=2.0.0", package = "real-b" }
c = { path = "../c" }
[target.'cfg(unix)'.dev-dependencies]
d = { git = "https://h.example/d" }
[workspace.dependencies]
e = { workspace = true }
`,
    ['a@~1.0', 'real-b@2.0.0', 'd@~any <- https://h.example/d'],
  ],
  [
    'go.sum',
    `github.com/a/b v1.0.0 h1:AAAA=\ngithub.com/a/b v1.0.0/go.mod h1:BBBB=\nh.example/c v0.0.0-20200101000000-abcdefabcdef h1:CC=\n`,
    ['github.com/a/b@v1.0.0 #1', 'h.example/c@v0.0.0-20200101000000-abcdefabcdef #1'],
  ],
  [
    'go.mod',
    `module h.example/own

go 1.24

require github.com/a/b v1.0.0 // indirect
require (
	"github.com/c/d" v2.0.0+incompatible
	github.com/e/f v1.0.0
	github.com/g/h v1.0.0
)
replace github.com/e/f => ../f
replace github.com/g/h v1.0.0 => github.com/fork/h v1.0.1
`,
    ['github.com/a/b@v1.0.0', 'github.com/c/d@v2.0.0+incompatible', 'github.com/fork/h@v1.0.1'],
  ],
  [
    'Gemfile.lock',
    `GIT
  remote: https://h.example/c.git
  revision: abc
  specs:
    c (3.0.0)

PATH
  remote: .
  specs:
    own (0.1.0)

GEM
  remote: https://rubygems.org/
  specs:
    a (1.0.0)
      b (~> 2.0)
    b (2.0.0-x86_64-linux)

PLATFORMS
  ruby

DEPENDENCIES
  a (= 1.0.0)

CHECKSUMS
  a (1.0.0) sha256=${hex}

BUNDLED WITH
   2.5.0
`,
    ['c@3.0.0 <- https://h.example/c.git', 'a@1.0.0 #1', 'b@2.0.0-x86_64-linux'],
  ],
  [
    'Gemfile',
    `gem 'a', '~> 1.0'\ngem "b", "2.0.0"\ngem 'c', git: 'https://h.example/c'\ngem 'd', path: 'lib/d'\n`,
    ['a@~~> 1.0', 'b@2.0.0', 'c@~any <- https://h.example/c'],
  ],
  [
    'composer.lock',
    JSON.stringify({
      packages: [
        {
          name: 'v/a',
          version: 'v1.0.0',
          license: ['MIT'],
          dist: { type: 'zip', url: 'https://h.example/a', reference: 'abc' },
        },
        { name: 'v/own', version: '1.0.0', dist: { type: 'path', url: '../own' } },
      ],
      'packages-dev': [
        { name: 'v/b', version: 'dev-main', source: { type: 'git', url: 'https://h.example/b', reference: 'x' } },
      ],
    }),
    ['v/a@v1.0.0 #1', 'v/b@~dev-main #1'],
  ],
  ['composer.json', '{"require":{"php":">=8","ext-json":"*","v/a":"^1.0","v/b":"2.0.0"}}', ['v/a@~^1.0', 'v/b@2.0.0']],
  [
    'pom.xml',
    `<?xml version="1.0"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <parent><groupId>org.p</groupId><artifactId>p</artifactId><version>7</version></parent>
  <properties><a.version>1.0</a.version></properties>
  <dependencies>
    <dependency><groupId>org.x</groupId><artifactId>a</artifactId><version>\${a.version}</version></dependency>
    <dependency><groupId>org.x</groupId><artifactId>b</artifactId></dependency>
  </dependencies>
</project>`,
    ['org.p:p@7', 'org.x:a@1.0', 'org.x:b@~as another file says'],
  ],
  [
    'gradle.lockfile',
    '# comment\norg.x:a:1.0=compileClasspath,runtimeClasspath\nempty=annotationProcessor\n',
    ['org.x:a@1.0'],
  ],
  [
    'app/build.gradle.kts',
    `dependencies {\n  implementation("org.x:a:1.0")\n  api 'org.x:b:$v'\n  implementation group: 'org.x', name: 'c', version: '2.0'\n  // "org.x:d:1.0"\n}\n`,
    ['org.x:a@1.0', 'org.x:b@~$v', 'org.x:c@2.0'],
  ],
  [
    'gradle/libs.versions.toml',
    `[versions]\nv = "1.0"\n[libraries]\na = { module = "org.x:a", version.ref = "v" }\nb = "org.x:b:2.0"\nc = { group = "org.x", name = "c" }\n`,
    ['org.x:a@1.0', 'org.x:b@2.0', 'org.x:c@~as another file says'],
  ],
]

describe('dependencyFiles', () => {
  it.each(good)('reads %s', (path, text, expected) => {
    expect(read(path, text)?.sort()).toEqual([...expected].sort())
  })

  it.each([
    [
      'pnpm-lock.yaml',
      '{"lockfileVersion":"9.0","packages":{"evil@1.0.0":{"resolution":{"integrity":"sha512-AA=="}}}}',
    ],
    ['pnpm-lock.yaml', 'lockfileVersion: "9.0"\npackages:\n  a@1.0.0:\n    resolution: &x {integrity: sha512-AA==}\n'],
    ['pnpm-lock.yaml', 'lockfileVersion: "9.0"\npackages: {evil@1.0.0: {resolution: {integrity: sha512-AA==}}}\n'],
    ['pnpm-lock.yaml', 'lockfileVersion: "9.0"\npackages:\n  a@1.0.0: {}\npackages:\n  b@1.0.0: {}\n'],
    ['pnpm-lock.yaml', 'lockfileVersion: "9.0"\n---\nlockfileVersion: "9.0"\n'],
    ['pnpm-lock.yaml', 'lockfileVersion: "9.0"\npackages:\n  ? evil@1.0.0\n  : {}\n'],
    ['yarn.lock', 'a@^1.0.0:\n  version "1.0.0"\n'],
    ['yarn.lock', '# yarn lockfile v1\n{"a": 1}\n'],
    ['yarn.lock', '__metadata:\n  version: 8\n"a@npm:1":\n  version: 1.0.0\n'],
    ['bun.lock', '{"packages":{}}'],
    ['bun.lock', '{"lockfileVersion":1,"packages":{"a":["?"]}}'],
    ['bun.lockb', 'anything'],
    ['package-lock.json', '[]'],
    ['requirements.txt', 'not a requirement at all\n'],
    ['poetry.lock', '[[package]]\nversion = "1"\n'],
    ['uv.lock', 'a = ['],
    ['Cargo.lock', '[[package]]\nname = "a"\n'],
    ['go.sum', 'github.com/a/b v1.0.0\n'],
    ['go.mod', 'module x\nevil github.com/a/b v1\n'],
    ['Gemfile.lock', 'EVIL\n  remote: x\n'],
    ['composer.lock', '{"packages":[{"name":"v/a"}]}'],
    ['pom.xml', '<!DOCTYPE x [<!ENTITY a "b">]><project/>'],
    ['gradle.lockfile', 'no coordinates\n'],
  ])('says of %s that it cannot be read, where another reader might see something: %j', (path, text) => {
    expect(read(path, text)).toBeNull()
  })
})
