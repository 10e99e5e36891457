import { added, changed } from '../../gate-input.ts'
import type { RuleCase } from '../rule-case.ts'

const pyproject = (version: string, backend = 'hatchling.build') =>
  `[build-system]\nrequires = ["hatchling"]\nbuild-backend = "${backend}"\n\n[project]\nname = "x"\nversion = "${version}"\n`

const release = (host: string) => `distributionUrl=https\\://${host}/distributions/gradle-8.14.2-bin.zip`

export const packageCases: readonly RuleCase[] = [
  ...(
    [
      [
        'a gem from elsewhere',
        'Gemfile',
        "gem 'a'\n",
        "gem 'a', git: 'https://h.example/a'\n",
        "gem 'a', '~> 2.0', require: false if RUBY_VERSION >= '3.4'\n",
      ],
      [
        'code behind a gem',
        'Gemfile',
        "gem 'a'\n",
        "gem 'a' if system('x')\n",
        "group :test do\n  gem 'a', group: :test\nend\n",
      ],
      [
        'code within a version',
        'a.gemspec',
        "s.add_dependency 'a', '1'\n",
        's.add_dependency \'a\', "#{x}"\n',
        "s.add_runtime_dependency('a', '~> 2', '>= 2.1')\n",
      ],
      [
        'a gem that was not asked for',
        'a.gemspec',
        "s.add_dependency 'a'\n",
        "s.add_dependency 'b'\n",
        "s.required_ruby_version = '>= 2.7.0'\n",
      ],
    ] as const
  ).map(([what, path, before, bad, good]): RuleCase => {
    const [fires, quiet] = [changed(path, before, bad), changed(path, before, good)]
    return { rule: 'ruby-manifest', severity: 'hold', what, fires, quiet }
  }),
  {
    rule: 'toolchain',
    severity: 'hold',
    what: 'a compiler of the repository’s own',
    fires: changed('rust-toolchain.toml', '[toolchain]\n', '[toolchain]\npath = "./x"\n'),
    quiet: changed('rust-toolchain.toml', '[toolchain]\n', '[toolchain]\nchannel = "1.90"\n'),
  },
  {
    rule: 'toolchain',
    severity: 'hold',
    what: 'an agent in Gradle’s own process',
    fires: changed('gradle.properties', 'a=1\n', 'a=1\norg.gradle.jvmargs=-Xmx2g -javaagent:x.jar\n'),
    quiet: changed('gradle.properties', 'a=1\n', 'a=2\norg.gradle.jvmargs=-Xmx2g\n'),
  },
  {
    rule: 'python-setup',
    severity: 'block',
    what: 'a command of setup in setup.cfg',
    fires: changed('setup.cfg', '[options]\n', '[options]\ncmdclass =\n    install = x.Install\n'),
    quiet: changed('setup.cfg', '[options]\n', '[options]\npython_requires = >=3.10\n'),
  },
  {
    rule: 'python-setup',
    severity: 'block',
    what: 'a hook of hatch',
    fires: added('hatch_build.py', 'import os\n'),
    quiet: added('src/hatch_builder.py', 'import os\n'),
  },
  {
    rule: 'python-setup',
    severity: 'hold',
    what: 'a package that only tests install',
    fires: added('tests/packages/a/setup.py', 'import x\n'),
    quiet: added('tests/packages/a/setup_check.py', 'import x\n'),
  },
  {
    rule: 'python-build-backend',
    severity: 'block',
    what: 'one more package that builds',
    fires: changed('pyproject.toml', pyproject('1'), pyproject('1').replace('"hatchling"', '"hatchling", "evil"')),
    quiet: changed('pyproject.toml', pyproject('1'), pyproject('1').replace('"hatchling"', '"hatchling>=1.27,<2"')),
  },
  {
    rule: 'python-build-backend',
    severity: 'block',
    what: 'what builds, from an address',
    fires: changed(
      'pyproject.toml',
      pyproject('1'),
      pyproject('1').replace('"hatchling"', '"hatchling @ https://h.example/h.whl"'),
    ),
    quiet: changed(
      'pyproject.toml',
      pyproject('1'),
      `${pyproject('1')}\n[tool.hatch.build.targets.sdist]\nexclude = ["x"]\n`,
    ),
  },
  {
    rule: 'python-build-backend',
    severity: 'block',
    what: 'a hook of one target',
    fires: changed(
      'pyproject.toml',
      pyproject('1'),
      `${pyproject('1')}\n[tool.hatch.build.targets.wheel.hooks.custom]\npath = "x.py"\n`,
    ),
    quiet: changed('pyproject.toml', pyproject('1'), `${pyproject('1')}\n[tool.hatch.version]\npath = "x.py"\n`),
  },
  {
    rule: 'cargo-config',
    severity: 'hold',
    what: 'another word for a command',
    fires: added('.cargo/config.toml', '[alias]\nxtask = "run -p xtask --"\n'),
    quiet: added('.cargo/config.toml', '[net]\ngit-fetch-with-cli = true\n[profile.release]\nlto = true\n'),
  },
  {
    rule: 'gradle-wrapper',
    severity: 'hold',
    what: 'another release from Gradle’s own server',
    fires: changed('gradle/wrapper/gradle-wrapper.properties', 'a=1\n', `a=1\n${release('services.gradle.org')}\n`),
    quiet: added('docs/gradle-wrapper.md', `${release('services.gradle.org')}\n`),
  },
  {
    rule: 'gradle-wrapper',
    severity: 'block',
    what: 'a release from a server that is named like Gradle’s',
    fires: changed(
      'gradle/wrapper/gradle-wrapper.properties',
      'a=1\n',
      `a=1\n${release('services.gradle.org.h.example')}\n`,
    ),
    quiet: added('docs/gradle-wrapper.md', 'x\n'),
  },
  {
    rule: 'composer-scripts',
    severity: 'block',
    what: 'every plugin of composer',
    fires: changed('composer.json', '{}', '{"config":{"allow-plugins":true}}'),
    quiet: changed('composer.json', '{}', '{"config":{"allow-plugins":{"a/b":false}}}'),
  },
  {
    rule: 'dotnet-build',
    severity: 'block',
    what: 'a command in targets that were there',
    fires: changed('eng/a.targets', '<Project>\n', '<Project>\n<Exec Command="x" />\n'),
    quiet: added('eng/targets.md', '<Exec Command="x" />\n'),
  },
  {
    rule: 'dotnet-build',
    severity: 'hold',
    what: 'another value in targets that were there',
    fires: changed('Directory.Build.props', '<Project>\n<A>1</A>\n', '<Project>\n<A>2</A>\n'),
    quiet: added('src/Build.cs', 'class Build {}\n'),
  },
  {
    rule: 'dotnet-build',
    severity: 'block',
    what: 'another place for packages',
    fires: changed('NuGet.config', '<configuration>\n', '<configuration>\n<add key="x" value="https://h.example" />\n'),
    quiet: added('src/NuGetConfig.cs', 'class A {}\n'),
  },
  {
    rule: 'python-startup',
    severity: 'block',
    what: 'a path file',
    fires: added('a/x.pth', 'import os\n'),
    quiet: added('a/x.py', 'import os\n'),
  },
  {
    rule: 'python-startup',
    severity: 'block',
    what: 'a site customisation',
    fires: added('sitecustomize.py', 'x = 1\n'),
    quiet: added('customize.py', 'x = 1\n'),
  },
  {
    rule: 'python-setup',
    severity: 'block',
    what: 'a command in setup.py',
    fires: changed('setup.py', 'setup()\n', 'import os\nos.system("x")\nsetup()\n'),
    quiet: changed(
      'setup.py',
      'setup(\n    version="1",\n)\n',
      'setup(\n    version="2",\n    python_requires=">=3.9",\n        "Programming Language :: Python :: 3.13",\n        "urllib3>=1.26,<3",\n)\n',
    ),
  },
  {
    rule: 'python-build-backend',
    severity: 'block',
    what: 'another build backend',
    fires: changed('pyproject.toml', pyproject('1'), pyproject('1', 'evil')),
    quiet: changed('pyproject.toml', pyproject('1'), pyproject('2')),
  },
  {
    rule: 'python-index',
    severity: 'block',
    what: 'another index',
    fires: changed('requirements.txt', 'a==1\n', '--extra-index-url https://r.example/simple\na==1\n'),
    quiet: changed('requirements.txt', 'a==1\n', 'a==2  # an index of names\n'),
  },
  {
    rule: 'python-test-configuration',
    severity: 'hold',
    what: 'a conftest',
    fires: added('tests/conftest.py', 'import x\n'),
    quiet: added('tests/test_x.py', 'import x\n'),
  },
  {
    rule: 'rust-build-script',
    severity: 'block',
    what: 'a build script',
    fires: added('build.rs', 'fn main() {}\n'),
    quiet: added('src/build_info.rs', 'fn main() {}\n'),
  },
  {
    rule: 'cargo-config',
    severity: 'block',
    what: 'a runner of cargo',
    fires: added('.cargo/config.toml', '[target.x]\nrunner = "x"\n'),
    quiet: added('src/config.toml', 'runner = "x"\n'),
  },
  {
    rule: 'cargo-build-key',
    severity: 'hold',
    what: 'a crate from git',
    fires: changed('Cargo.toml', '[dependencies]\n', '[dependencies]\na = { git = "https://h.example/a" }\n'),
    quiet: changed('Cargo.toml', 'a = "1"\n', 'a = { version = "2", path = "crates/a" }\n'),
  },
  {
    rule: 'gradle-wrapper',
    severity: 'block',
    what: 'another Gradle',
    fires: changed('gradle/wrapper/gradle-wrapper.properties', 'a=1\n', 'distributionUrl=https\\://h.example/g.zip\n'),
    quiet: added('gradle/libs.versions.toml', '[versions]\n'),
  },
  {
    rule: 'maven-wrapper',
    severity: 'block',
    what: 'a Maven extension',
    fires: added('.mvn/extensions.xml', '<extensions/>\n'),
    quiet: added('src/mvn.md', 'x\n'),
  },
  {
    rule: 'composer-scripts',
    severity: 'block',
    what: 'a composer event',
    fires: changed('composer.json', '{"scripts":{"test":"a"}}', '{"scripts":{"test":"a","post-install-cmd":"b"}}'),
    quiet: changed('composer.json', '{"scripts":{"test":"a"}}', '{"scripts":{"test":"b"}}'),
  },
  {
    rule: 'ruby-extension',
    severity: 'block',
    what: 'a native extension',
    fires: added('ext/extconf.rb', 'x\n'),
    quiet: added('lib/conf.rb', 'x\n'),
  },
  {
    rule: 'ruby-manifest',
    severity: 'hold',
    what: 'code in a Gemfile',
    fires: changed('Gemfile', "gem 'a'\n", "gem 'a'\n`id`\n"),
    quiet: changed('Gemfile', "gem 'a', '1.0'\n", "gem 'a', '~> 1.1', '>= 1.1.2'\n# why\n"),
  },
  {
    rule: 'dotnet-build',
    severity: 'block',
    what: 'targets for every project',
    fires: added('Directory.Build.targets', '<Project/>\n'),
    quiet: added('src/Build.cs', 'class Build {}\n'),
  },
  {
    rule: 'dotnet-project',
    severity: 'hold',
    what: 'a build task',
    fires: changed('a.csproj', '<Project>\n', '<Project>\n<Exec Command="x" />\n'),
    quiet: changed('a.csproj', '<Project>\n', '<Project>\n<Nullable>enable</Nullable>\n'),
  },
  {
    rule: 'go-directive',
    severity: 'hold',
    what: 'a generator',
    fires: changed('a.go', 'package a\n', 'package a\n//go:generate sh x.sh\n'),
    quiet: changed('a.go', 'package a\n', 'package a\n//go:build linux\n'),
  },
  {
    rule: 'go-directive',
    severity: 'hold',
    what: 'a module in place of another',
    fires: changed('go.mod', 'module a\n', 'module a\nreplace b => h.example/c v1.0.0\n'),
    quiet: changed('go.mod', 'module a\n', 'module a\nexclude h.example/c v1.0.0\n'),
  },
  ...(
    [
      ['pip', 'requirements.txt', 'flask==3.0\n', 'requests-oauth==1\n', 'flask==3.1\n'],
      [
        'pyproject',
        'pyproject.toml',
        '[project]\ndependencies = ["flask>=3"]\n[project.optional-dependencies]\n',
        'x = ["requestss>=2"]\n',
        '# none\n',
      ],
      ['poetry', 'pyproject.toml', '[tool.poetry.dependencies]\npython = "^3"\n', 'requestss = "^2"\n', '# none\n'],
      ['cargo', 'Cargo.toml', '[dependencies]\nlog = "1"\n', 'faster_log = "1"\n', '[features]\nx = ["log"]\n'],
      ['go', 'go.mod', 'module a.example/a\n', 'require a.example/boltdb/bolt v1.3.1\n', 'go 1.24\n'],
      ['bundler', 'Gemfile', 'gem "rack", "3.0"\n', 'gem "rest-clientt", "1"\n', '# none\n'],
    ] as const
  ).map(
    ([tool, path, before, fires, quiet]): RuleCase => ({
      rule: 'new-dependency',
      severity: 'hold',
      what: `a dependency of ${tool}`,
      fires: changed(path, before, `${before}${fires}`),
      quiet: changed(path, before, `${before}${quiet}`),
    }),
  ),
  {
    rule: 'new-dependency',
    severity: 'hold',
    what: 'a dependency of composer',
    fires: changed('composer.json', '{"require":{"a/b":"1"}}', '{"require":{"a/b":"2","c/d":"1"}}'),
    quiet: changed('composer.json', '{"require":{"a/b":"1"}}', '{"require":{"a/b":"2","php":">=8"}}'),
  },
  {
    rule: 'dependency-source',
    severity: 'hold',
    what: 'a dependency of pip from git',
    fires: changed('requirements.txt', 'a==1\n', 'a @ git+https://git.example/a\n'),
    quiet: changed('requirements.txt', 'a==1\n', '# see git+https://git.example/a\na==2\n'),
  },
]
