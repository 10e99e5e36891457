import type { Severity } from '../../../../worker/contract/index.ts'
import { added, changed } from '../../gate-input.ts'
import type { RuleCase } from '../rule-case.ts'

const pom = (build: string, more = '') =>
  `<project>\n<groupId>g</groupId>\n${more}<build><plugins>${build}</plugins></build>\n</project>\n`
const plugin = (name: string, settings: string, group = '') =>
  `<plugin>${group}<artifactId>${name}</artifactId><configuration>${settings}</configuration></plugin>`
const javac = (...args: string[]) =>
  plugin(
    'maven-compiler-plugin',
    `<compilerArgs>${['-Xplugin:ErrorProne', ...args].map((arg) => `<arg>${arg}</arg>`).join('')}</compilerArgs>`,
  )
const exec = plugin('exec-maven-plugin', '<executable>x</executable>')
const profile = (activation: string, build = exec) =>
  `<profiles><profile><id>a</id><activation>${activation}</activation><build><plugins>${build}</plugins></build></profile></profiles>`
const dependency = (more: string, name = 'a') =>
  `<dependencies><dependency><groupId>o</groupId><artifactId>${name}</artifactId>${more}</dependency></dependencies>`
const signature = (name: string, group = 'o') =>
  plugin(
    'animal-sniffer-maven-plugin',
    `<signature><groupId>${group}</groupId><artifactId>${name}</artifactId><version>1</version></signature>`,
  )
const resources = (inside: string) =>
  plugin('maven-resources-plugin', `<resources><resource>${inside}</resource></resources>`)
const jar = '<plugin><artifactId>maven-jar-plugin</artifactId></plugin>'
const runs = '<executions><execution><phase>compile</phase><goals><goal>jar</goal></goals></execution></executions>'

type Pair = readonly [what: string, before: string, attack: string, harmless: string]

const poms: readonly Pair[] = [
  ['a plugin of javac', pom(javac()), pom(javac('-Xplugin:Evil')), pom(javac('-Xep:A:WARN'))],
  ['a path of processors', pom(javac()), pom(javac('-processorpath', 'x.jar')), pom(javac('-Xlint:all,-options'))],
  ['an agent in javac', pom(javac()), pom(javac('-J-javaagent:x.jar')), pom(javac('-Werror'))],
  ['a hidden option that is a real one', pom(javac()), pom(javac('-XD--processor-path=x')), pom(javac('-XDa.b=c'))],
  ['what error-prone rewrites', pom(javac()), pom(javac('-XepPatchChecks:refaster:x')), pom(javac('-Xep:B:OFF'))],
  [
    'a plugin of javac among options of error-prone',
    pom(javac('-Xplugin:A -Xep:B')),
    pom(javac('-Xplugin:A -Xplugin:Evil -Xep:B')),
    pom(javac('-Xplugin:A -Xep:C:OFF <!-- why --> -Xep:B')),
  ],
  [
    'a word cut by a comment',
    pom(javac('-Xep:A')),
    pom(javac('-Xep:A -Xplu<!-- -->gin:Evil')),
    pom(javac('-Xep:A -Xep:<!-- -->B', '-Xep:A')),
  ],
  [
    'another compiler',
    pom(plugin('maven-compiler-plugin', '<release>8</release>')),
    pom(plugin('maven-compiler-plugin', '<release>8</release><executable>x</executable>')),
    pom(plugin('maven-compiler-plugin', '<release>11</release>')),
  ],
  [
    'a processor',
    pom(plugin('maven-compiler-plugin', '')),
    pom(plugin('maven-compiler-plugin', '<annotationProcessorPaths><path/></annotationProcessorPaths>')),
    pom(plugin('maven-compiler-plugin', '<annotationProcessorPaths combine.self="override" />')),
  ],
  [
    'an agent in tests',
    pom(plugin('maven-surefire-plugin', '')),
    pom(plugin('maven-surefire-plugin', '<argLine>-javaagent:x.jar</argLine>')),
    pom(plugin('maven-surefire-plugin', '<excludes><exclude>**/A*.java</exclude></excludes>')),
  ],
  [
    'a plugin by the name of Maven’s own',
    pom(''),
    pom(`<plugin><groupId>evil</groupId><artifactId>maven-jar-plugin</artifactId>${runs}</plugin>`),
    pom(`<plugin><artifactId>maven-jar-plugin</artifactId>${runs}</plugin>`),
  ],
  [
    'a plugin that answers to a name that people type',
    pom(jar),
    pom(`${jar}<plugin><groupId>evil</groupId><artifactId>format-maven-plugin</artifactId></plugin>`),
    pom(jar + jar.replace('jar', 'javadoc')),
  ],
  ['a plugin that runs programs', pom(jar), pom(jar + exec), pom(jar + jar.replace('jar', 'source'))],
  [
    'a task of ant',
    pom(plugin('maven-antrun-plugin', '<target/>')),
    pom(plugin('maven-antrun-plugin', '<target><exec executable="x"/></target>')),
    pom(plugin('maven-antrun-plugin', '<target/>', '<groupId>org.apache.maven.plugins</groupId>')),
  ],
  [
    'resources copied among git’s hooks',
    pom(plugin('maven-resources-plugin', '<outputDirectory>a</outputDirectory>')),
    pom(plugin('maven-resources-plugin', '<outputDirectory>.git/hooks</outputDirectory>')),
    pom(plugin('maven-resources-plugin', '<outputDirectory>a</outputDirectory><overwrite>true</overwrite>')),
  ],
  [
    'a file for a plugin that copies',
    pom(resources('<directory>a</directory>')),
    pom(resources('<directory>a</directory><includes><include>x</include></includes>')),
    pom(resources('<directory>a</directory><!-- why -->')),
  ],
  [
    'a package in a plugin',
    pom(jar),
    pom(jar.replace('</plugin>', `${dependency('')}</plugin>`)),
    pom(jar.replace('</plugin>', '<version>3.5.1</version></plugin>')),
  ],
  [
    'an extension of the build',
    pom(jar),
    pom(jar.replace('</plugin>', '<extensions>true</extensions></plugin>')),
    pom(''),
  ],
  [
    'a profile for all',
    pom('', profile('<jdk>15</jdk>')),
    pom('', profile('<activeByDefault>true</activeByDefault>')),
    pom('', profile('<jdk>[,17)</jdk>')),
  ],
  ['a profile that runs programs', pom(''), pom('', profile('<jdk>17</jdk>')), pom('', profile('<jdk>17</jdk>', jar))],
  [
    'a property that names a program',
    pom('', '<properties></properties>'),
    pom('', '<properties><exec.executable>x</exec.executable></properties>'),
    pom('', '<properties><maven.compiler.release>8</maven.compiler.release></properties>'),
  ],
  [
    'a command in a version',
    pom('', '<properties></properties>'),
    pom('', '<properties><a.version>$(x)</a.version></properties>'),
    pom('', '<properties><a.version>1.0</a.version></properties>'),
  ],
  [
    'a repository',
    pom(''),
    pom('', '<repositories><repository/></repositories>'),
    pom('', '<description>b</description>'),
  ],
  [
    'where a release is pushed',
    pom(''),
    pom('', '<scm><connection>scm:git:ext::x</connection></scm>'),
    pom('', '<scm><tag>a-1</tag></scm>'),
  ],
  [
    'a file as a dependency',
    pom('', dependency('')),
    pom('', dependency('<scope>system</scope><systemPath>x</systemPath>')),
    pom('', dependency('<scope>test</scope><version>\u0024{v}</version>')),
  ],
  [
    'signatures of another publisher',
    pom(signature('api-23')),
    pom(signature('api-24', 'evil')),
    pom(signature('api-24')),
  ],
  [
    'a file in another encoding',
    pom(''),
    `<?xml version="1.0" encoding="UTF-7"?>${pom('')}`,
    `<?xml version="1.0" encoding="UTF-8"?>${pom('')}`,
  ],
  ['an entity', pom(''), `<!DOCTYPE a>${pom('')}`, pom('', '<name>a</name>')],
]

const msbuild = (inside: string) => `<Project>\n<PropertyGroup>${inside}</PropertyGroup>\n</Project>\n`
const items = (inside: string) => `<Project>\n<ItemGroup>${inside}</ItemGroup>\n</Project>\n`
const isTests = `Condition="!$(MSBuildProjectName.EndsWith('Tests'))"`
const reads = "$([System.IO.File]::ReadAllText('x'))"

const properties: readonly (readonly [...Pair, Severity?])[] = [
  [
    'a command before the build',
    msbuild(''),
    msbuild('<PreBuildEvent>x</PreBuildEvent>'),
    msbuild('<Nullable>enable</Nullable>'),
    'block',
  ],
  [
    'another compiler',
    msbuild(''),
    msbuild('<CscToolPath>x</CscToolPath>'),
    msbuild('<IsPackable>true</IsPackable>'),
    'block',
  ],
  [
    'a property that nobody knows',
    msbuild(''),
    msbuild('<Evil>true</Evil>'),
    msbuild(`<GenerateDocumentationFile ${isTests}>true</GenerateDocumentationFile>`),
  ],
  [
    'a file that a value reads',
    msbuild(''),
    msbuild(`<Description>${reads}</Description>`),
    msbuild('<Copyright>Copyright © 2024 A, B</Copyright>'),
  ],
  [
    'a file that a condition reads',
    msbuild(''),
    msbuild(`<Nullable Condition="${reads} == 'a'">enable</Nullable>`),
    msbuild(`<Nullable Condition=" '$(Nullable)' == '' ">enable</Nullable>`),
  ],
  [
    'the registry in a value',
    msbuild(''),
    msbuild('<Title>$(Registry:HKLM\\x@y)</Title>'),
    msbuild('<Title>$(Product)</Title>'),
  ],
  [
    'a method of a value',
    msbuild(''),
    msbuild('<Version>$(A.GetType())</Version>'),
    msbuild("<Version>$(A.Replace('a', 'b'))</Version>"),
  ],
  [
    'a command in a version',
    msbuild(''),
    msbuild('<Version>1.0&amp;x</Version>'),
    msbuild('<Version>1.0-rc</Version>'),
  ],
  [
    'a condition on what is imported',
    '<Project><ImportGroup Condition="a"/></Project>',
    '<Project><ImportGroup Condition="b"/></Project>',
    '<Project><!-- why --><ImportGroup Condition="a"/></Project>',
  ],
  ['an analyzer', items(''), items('<Analyzer Include="x.dll" />'), items('<AdditionalFiles Include="a.txt" />')],
  [
    'a project that is loaded into the compiler',
    items(''),
    items('<ProjectReference Include="a/a.csproj" OutputItemType="Analyzer" />'),
    items('<ProjectReference Include="a/a.csproj" />'),
  ],
  [
    'a source out of the repository',
    items(''),
    items('<Compile Include="..\\..\\x.cs" />'),
    items('<Compile Include="$(MSBuildThisFileDirectory)a\\b.cs" LinkBase="C" />'),
  ],
  [
    'a file that is written elsewhere',
    items(''),
    items('<None Include="a" Link="..\\..\\.git\\hooks\\x" />'),
    items('<None Include="a" Link="b\\c" />'),
  ],
  [
    'targets for whoever uses the package',
    items(''),
    items('<None Include="a.txt" Pack="true" PackagePath="build\\a.targets" />'),
    items('<None Include="LICENSE" Pack="true" PackagePath="" />'),
  ],
  [
    'a generator of the editor',
    items(''),
    items('<None Include="a.tt"><Generator>x</Generator></None>'),
    items('<None Include="a.txt"><Visible>false</Visible></None>'),
  ],
  [
    'a library in a file',
    items(''),
    items('<Reference Include="x"><HintPath>x.dll</HintPath></Reference>'),
    items('<Using Include="System.Text; A.B" />'),
  ],
  [
    'a package that was not asked for, over two lines',
    items('<PackageReference Include="A" Version="1" />'),
    items('<PackageReference Include="A" Version="1" /><PackageReference\nInclude="Evil" Version="1" />'),
    items('<PackageReference Include="A" Version="[$(V),2.0.0)" />'),
  ],
  [
    'a task',
    items(''),
    '<Project>\n<Target Name="a"><Exec Command="x" /></Target>\n</Project>\n',
    items('<InternalsVisibleTo Include="A" />'),
    'block',
  ],
]

const lines: readonly (readonly [rule: string, path: string, ...Pair])[] = [
  ['build-file', 'a.gradle.kts', 'an import under another name', 'a\n', 'a\nimport evil.x as y\n', 'a\nimport b.C\n'],
  ['build-file', 'a.gradle.kts', 'a program beside a number', 'minSdk = 21\n', 'minSdk = 21; run()\n', 'minSdk = 23\n'],
  ['build-file', 'a.gradle.kts', 'a call', 'a\n', 'a\njvmTarget = x()\n', 'a\njvmTarget = JvmTarget.JVM_17\n'],
  ['build-file', 'a.gradle.kts', 'an agent', 'a\n', 'a\njvmArgs("-javaagent:x")\n', 'a\nexcludeTags("Remote")\n'],
  [
    'build-file',
    'a.gradle.kts',
    'a text that runs',
    'a\n',
    'a\ntargetExclude("\u0024{x()}")\n',
    'a\ntargetExclude("b/**/*.kts")\n',
  ],
  [
    'build-file',
    'a.gradle.kts',
    'a line in a longer text',
    'a("""\nb\n""")\n',
    'a("""\nimport x\nb\n""")\n',
    'a("""\nb\n""")\n\n',
  ],
  [
    'build-file',
    'a.gradle.kts',
    'what the build itself loads',
    'a\n',
    'a\nclasspath(libs.x)\n',
    'a\nsourceCompatibility = JavaVersion.VERSION_17\n',
  ],
  [
    'ruby-manifest',
    'a.gemspec',
    'code in metadata',
    'a\n',
    "a\n'a_uri' => `x`,\n",
    "a\n'rubygems_mfa_required' => 'true',\n",
  ],
  [
    'ruby-manifest',
    'a.gemspec',
    'a text that runs',
    'a\n',
    'a\n"a_uri" => "#{x}",\n',
    'a\n"a_uri" => "https://a.example/b/main/c.md",\n',
  ],
  [
    'ruby-manifest',
    'Gemfile',
    'code in a condition',
    "gem 'a'\n",
    "if x('y')\n  gem 'a'\nend\n",
    "if RUBY_ENGINE == 'b'\n  gem 'a', '< 2' # why\nelse\n  gem 'a'\nend\n",
  ],
  ['ruby-manifest', 'Gemfile', 'a gem from elsewhere', "gem 'a'\n", "gem 'a', git: 'x'\n", "gem 'a'  , '~> 2.2'\n"],
  [
    'ruby-manifest',
    'Gemfile',
    'a gem of the tree',
    "gem 'a'\n",
    "gem 'a', path: 'x'\n",
    "group :b, :optional => true do\n  gem 'a'\nend\n",
  ],
  [
    'ruby-manifest',
    'Gemfile',
    'code behind a version',
    "gem 'a'\n",
    "gem 'a' if RUBY_VERSION >= '2' && x\n",
    "gem 'a' if RUBY_VERSION >= '2.6.0' && RUBY_VERSION < '2.7.0'\n",
  ],
]

const dashed = (what: string, bad: string, good: string, ...more: string[]): RuleCase => ({
  rule: 'option-name',
  severity: 'hold',
  what,
  fires: added(bad, 'x\n'),
  quiet: added(good, 'x\n'),
  basePaths: ['b/-Util.kt', ...more],
})

/** Builds that differ in what starts nothing: each beside a change in the same place that does. */
export const buildCases: readonly RuleCase[] = [
  ...poms.map(([what, before, bad, good]) => pair('build-file', 'a/pom.xml', what, before, bad, good)),
  ...properties.map(([what, before, bad, good, severity]) =>
    pair('dotnet-build', 'src/Directory.Build.props', what, before, bad, good, severity),
  ),
  ...lines.map(([rule, path, what, before, bad, good]) => pair(rule, path, what, before, bad, good)),
  pair(
    'new-dependency',
    'pom.xml',
    'a package of Maven',
    pom('', dependency('')),
    pom('', dependency('', 'evil')),
    pom('', dependency('<version>2</version>')),
  ),
  dashed('an option of rsync that starts a program', 'a/-e sh x.kt', 'a/-DnsCall.kt'),
  dashed('an option of tar with a value', 'a/--checkpoint-action=exec=x.kt', 'a/-StateMachine.kt'),
  dashed('an option of tar that reads a file which is there', 'a/-Tlist.kt', 'a/-Other.kt', 'a/list.kt'),
  dashed('the same among others, in other case', 'a/-PvTlist.kt', 'a/-Rest.kt', 'a/List.kt'),
  dashed('a name in a language that has no such files', 'a/-Call.java', 'a/-Call.kt'),
  dashed('a folder of such a name', '-Call.kt/-Call.kt', 'a/-Call2.kt'),
]

function pair(
  rule: string,
  path: string,
  what: string,
  before: string,
  bad: string,
  good: string,
  severity: Severity = 'hold',
): RuleCase {
  const [fires, quiet] = [changed(path, before, bad), changed(path, before, good)]
  return { rule, severity, what: `${what} (${path})`, fires, quiet }
}
