import { entriesAt, valueAt } from '../../../change/read-value.ts'
import { whenChanged } from '../../match/when-changed.ts'
import { whenEntriesChange } from '../../match/when-entries-change.ts'
import { whenLinesAdded } from '../../match/when-lines-added.ts'
import type { Match, Rule } from '../../rule.ts'
import { buildsTheSame } from '../builds/builds-the-same.ts'
import { saysTheSame } from '../builds/same-build.ts'

const onBuild = 'MSBuild would load it on `dotnet build` or `dotnet restore`, and when an editor opens the project.'
const leaveIt = 'Take it out, or let a maintainer make this change.'

/** What MSBuild runs, or loads from elsewhere to run. Properties and items alone are values. */
const runs =
  /<(?:Target|Exec|UsingTask|Import|Code|Sdk|PreBuildEvent|PostBuildEvent|RunCommand|RunArguments|StartAction|StartProgram|\w{1,60}(?:ToolPath|ToolExe|ToolsPath|TaskAssembly|Command|Targets|Props|Analyzer))\b|\b(?:Command|AssemblyFile|Sdk|InitialTargets)\s{0,3}=|\$\(\[System\.IO\.File\]::(?:Write|Append|Delete|Copy|Move)/i
/** Where packages come from, and what is asked of them. */
const sources =
  /<\/?(?:add|clear|remove|packageSources?|config|trustedSigners|packageSourceMapping|packageSourceCredentials)\b/i

export const dotnetRules: readonly Rule[] = [
  {
    id: 'dotnet-build',
    severity: 'block',
    paths: [
      '**/Directory.{Build,Solution}.{props,targets}',
      '**/*.targets',
      '**/nuget.config',
      '**/*.rsp',
      '**/*proj.user',
    ],
    when: onBuild,
    mend: leaveIt,
    match: ownBuildFile,
  },
  {
    id: 'dotnet-sdk',
    severity: 'hold',
    paths: ['**/global.json'],
    when: onBuild,
    mend: 'Have a person look at it.',
    match: whenEntriesChange('jsonc', function* (document) {
      for (const [name] of entriesAt(document, 'msbuild-sdks')) yield [`msbuild-sdks ${name}`, true]
      const paths = valueAt(document, 'sdk', 'paths')
      if (paths !== undefined) yield ['sdk.paths', paths]
    }),
  },
  {
    id: 'dotnet-project',
    severity: 'hold',
    paths: ['**/*.{csproj,fsproj,vbproj,vcxproj,proj,props}'],
    when: 'MSBuild would run it on `dotnet build`, and when an editor opens the project.',
    mend: 'Have a person look at it.',
    match: whenLinesAdded('This line adds a build task.', ({ text }) =>
      /<(?:Exec|Target|UsingTask|Import|PreBuildEvent|PreLinkEvent|PostBuildEvent|CustomBuildStep)\b/i.test(text),
    ),
  },
  ...(
    [
      ['block', ['**/tools/init.ps1']],
      // Many projects have an installer of that name and place, which nothing starts by itself.
      ['hold', ['**/tools/{install,uninstall}.ps1']],
    ] as const
  ).map(
    ([severity, paths]): Rule => ({
      ...{ id: 'dotnet-build', severity, paths },
      when: 'As a part of a package of NuGet, Visual Studio would run it when the package is installed or a solution opened.',
      mend: leaveIt,
      match: whenChanged(),
    }),
  ),
]

/** A new one, and one that gains something to run, is refused; other values in an old one are looked at. */
function ownBuildFile(...[file, change]: Parameters<Match>): ReturnType<Match> {
  const dangerous = /nuget\.config$/i.test(file.path) ? sources : runs
  const gains = /\.rsp$/i.test(file.path) || file.added.some(({ text }) => dangerous.test(text))
  if (saysTheSame(file) || buildsTheSame(file)) return []
  const hits = whenChanged()(file, change)
  return file.before === null || gains ? hits : hits.map((hit) => ({ ...hit, severity: 'hold' }))
}
