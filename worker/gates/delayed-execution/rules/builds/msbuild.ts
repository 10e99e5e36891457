import type { XmlElement } from '../../../dependencies/xml.ts'
import { isPlainExpression, isPlainPath } from './msbuild-values.ts'
import { withoutVersion } from './same-build.ts'
import type { Inert } from './xml-left.ts'

/** Properties that say how strictly, for what and under which name it compiles and packs. */
const strictness =
  /^(?:AllowUnsafeBlocks|AnalysisLevel|AnalysisMode\w{0,30}|CLSCompliant|CheckForOverflowUnderflow|CheckEolTargetFramework|ContinuousIntegrationBuild|DebugSymbols|DebugType|DefineConstants|DelaySign|Deterministic|EmbedAllSources|EmbedUntrackedSources|EnablePackageValidation|EnforceCodeStyleInBuild|Features|GenerateDocumentationFile|GenerateAssemblyInfo|ImplicitUsings|IncludeSymbols|InvariantGlobalization|IsAotCompatible|IsPackable|IsPublishable|IsTestProject|IsTestingPlatformApplication|IsTrimmable|LangVersion|ManagePackageVersionsCentrally|CentralPackageTransitivePinningEnabled|NeutralLanguage|DefaultLanguage|NoWarn|Nullable|Optimize|OutputType|PackageRequireLicenseAcceptance|PackageValidationBaselineVersion|PublicSign|PublishRepositoryUrl|ReportAnalyzer|SatelliteResourceLanguages|SignAssembly|SuppressTrimAnalysisWarnings|SymbolPackageFormat|TestProject|TestingPlatformDotnetTestSupport|TreatWarningsAsErrors|TrimmerSingleWarn|UseArtifactsOutput|WarningLevel|WarningsAsErrors|WarningsNotAsErrors)$/
const releases =
  /^(?:AssemblyVersion|FileVersion|InformationalVersion|MinVer\w{1,40}|PackageVersion|TargetFrameworks?|Version|VersionPrefix|VersionSuffix|RuntimeIdentifiers?|\w{1,60}_Version|\w{1,60}PackageVersion)$/
const words =
  /^(?:Authors|Company|Copyright|Description|PackageId|PackageTags|PackageReleaseNotes|Product|Title|AssemblyTitle)$/
/** Files that are compiled, packed or read; nothing that is loaded into the compiler. */
const files = /^(?:AdditionalFiles|Compile|Content|EmbeddedResource|Folder|None|ProjectReference)$/
const named = /^(?:InternalsVisibleTo|SupportedPlatform|TrimmerRootAssembly|Using)$/
const packages = /^(?:GlobalPackageReference|PackageReference|PackageVersion)$/

const sizes = /^[\w.,;:+ $()*[\]-]{0,300}$/
const text = /^[^`|&<>]{0,2000}$/
const word = /^[\w.; ,*-]{0,200}$/
const attribute: Readonly<Record<string, RegExp>> = {
  Alias: word,
  CopyToOutputDirectory: word,
  CopyToPublishDirectory: word,
  DependentUpon: word,
  ExcludeAssets: word,
  IncludeAssets: word,
  Label: word,
  Link: /^(?!.{0,500}\.\.)[\w.$()%\\/ -]{1,200}$/,
  LinkBase: /^(?!.{0,500}\.\.)[\w.$()%\\/ -]{1,200}$/,
  Pack: word,
  // Below `build` or `tools` it would run for whoever uses the package.
  PackagePath: /^[\\/.]?$/,
  PrivateAssets: word,
  ReferenceOutputAssembly: word,
  Static: word,
  Version: sizes,
  Visible: word,
}

/** Projects of MSBuild at a path, of which `asked` are the packages that it named before. */
export function inertInMsbuild(path: string, asked: (name: string) => boolean): Inert {
  const depth = path.split('/').length - 1
  return {
    isInert(element, within) {
      if (within.some(({ name }) => name === 'ItemGroup' || name === 'PropertyGroup') === false) return false
      const group = within.at(-1)?.name
      if (group === 'PropertyGroup') return isPlainProperty(element)
      // In a target, items are what its tasks are given.
      return (
        group === 'ItemGroup' && !within.some(({ name }) => name === 'Target') && isPlainItem(element, depth, asked)
      )
    },
    namesOf(element) {
      const isBox = /^(?:PropertyGroup|ItemGroup|Choose|When|Otherwise)$/.test(element.name)
      return isBox && hasPlainAttributes(element, []) ? [] : null
    },
    textOf: (element) => withoutVersion(element.text),
  }
}

function isPlainProperty(element: XmlElement): boolean {
  if (element.children.length > 0 || !hasPlainAttributes(element, []) || !isPlainExpression(element.text)) return false
  if (element.name === 'AssemblyOriginatorKeyFile') return isPlainPath(element.text, 0)
  if (words.test(element.name)) return text.test(element.text)
  return (strictness.test(element.name) || releases.test(element.name)) && sizes.test(withoutQuotes(element.text))
}

/** Arguments of the functions that an expression may call. */
function withoutQuotes(value: string): string {
  return value.replaceAll(/'[\w.$()/-]{0,80}'|`[\w./-]{0,80}`|\$\(\[/g, '')
}

function isPlainItem(element: XmlElement, depth: number, asked: (name: string) => boolean): boolean {
  const { name, attributes } = element
  const which = ['Include', 'Remove', 'Update', 'Exclude'].flatMap((key) => attributes[key] ?? [])
  const isPlainData = element.children.every(
    (child) => attribute[child.name]?.test(child.text) === true && hasPlainAttributes(child, []),
  )
  if (!isPlainData || !hasPlainAttributes(element, ['Include', 'Remove', 'Update', 'Exclude'])) return false
  if (files.test(name)) return which.every((one) => one.split(';').every((path) => isPlainPath(path.trim(), depth)))
  if (named.test(name)) return which.every((one) => word.test(one))
  return packages.test(name) && which.every(asked)
}

function hasPlainAttributes({ attributes }: XmlElement, others: readonly string[]): boolean {
  return Object.entries(attributes).every(([key, value]) =>
    key === 'Condition' ? isPlainExpression(value) : others.includes(key) || attribute[key]?.test(value) === true,
  )
}
