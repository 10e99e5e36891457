import type { XmlElement } from '../../../dependencies/xml.ts'

/** An element of a plugin's configuration. */
export interface Setting {
  readonly plugin: string
  /** Below `configuration`. */
  readonly path: string
}

const truth = /^(?:true|false)$/
const release = /^(?:[\w.,()[\] -]{1,60}|\$\{[\w.-]{1,80}\})$/
const pattern = /^(?:[\w.*/%,!-]|\$\{[\w.-]{1,80}\}){1,200}$/

/** Settings that say how strictly, for which Java and for which files a plugin does what it did. */
const inert: readonly (readonly [plugin: RegExp, path: RegExp, value: RegExp])[] = [
  [/^maven-compiler-plugin$/, /^(?:release|source|target|testRelease|testSource|testTarget|encoding)$/, release],
  [/^maven-compiler-plugin$/, /^(?:parameters|showWarnings|showDeprecation|failOnWarning|debug|optimize)$/, truth],
  [
    /^maven-(?:surefire|failsafe)-plugin$/,
    /^(?:groups|excludedGroups|forkCount|threadCount|parallel|reuseForks|runOrder|trimStackTrace|useModulePath|redirectTestOutputToFile|rerunFailingTestsCount|failIfNoTests)$/,
    pattern,
  ],
  [
    /^(?:maven-(?:surefire|failsafe|jar|source|javadoc|shade|checkstyle|pmd|compiler)-plugin|animal-sniffer-maven-plugin|jacoco-maven-plugin|spotbugs-maven-plugin|apache-rat-plugin|license-maven-plugin|japicmp-maven-plugin)$/,
    /(?:^|\/)(?:includes\/include|excludes\/exclude)$/,
    pattern,
  ],
  [
    /^maven-javadoc-plugin$/,
    /^(?:quiet|doclint|failOnError|failOnWarnings|excludePackageNames|source|release)$/,
    pattern,
  ],
  [/^maven-enforcer-plugin$/, /^rules\/require(?:Java|Maven)Version\/version$/, release],
  [/^maven-resources-plugin$/, /^overwrite$/, truth],
  [/^animal-sniffer-maven-plugin$/, /^(?:annotations\/annotation|ignores\/ignore)$/, pattern],
  [
    /^native-maven-plugin$/,
    /^buildArgs\/(?:buildArg|arg)$/,
    /^(?:--no-fallback|--verbose|-O[0-3sb]|--initialize-at-(?:build|run)-time=[\w.,$]{1,300}|-H:\+ReportExceptionStackTraces)$/,
  ],
]

/** Words for javac that name no program, plugin, processor or path; and for error-prone, what it looks for. */
const plainForJavac =
  /^(?:-Xlint(?::[\w,-]{1,200})?|-Xdoclint(?::[\w,/-]{1,100})?|-Xep:\w{1,80}(?::(?:OFF|WARN|ERROR|DEFAULT))?|-Xep(?:Disable|All|Ignore)\w{1,60}|-XepExcludedPaths:[\w.*/|()-]{1,200}|-XepOpt:[\w:.]{1,100}=[\w.,]{1,200}|-XD[A-Za-z][\w.]{0,60}(?:=[\w.,]{1,60})?|--should-stop=\w{1,20}=\w{1,20}|-Werror|-nowarn|-parameters|-g|-deprecation|--enable-preview)$/

/** Null outside a plugin's configuration. */
export function settingIn(element: XmlElement, within: readonly XmlElement[]): Setting | null {
  const at = within.findIndex((one, index) => one.name === 'plugin' && within[index - 1]?.name === 'plugins')
  const inside = within.slice(at + 1).findIndex(({ name }) => name === 'configuration')
  if (at === -1 || inside === -1) return null
  const plugin = within[at]?.children.find(({ name }) => name === 'artifactId')?.text ?? ''
  const path = [...within.slice(at + inside + 2), element].map(({ name }) => name).join('/')
  return { plugin, path }
}

export function isPlainSetting({ plugin, path }: Setting, { text, children }: XmlElement): boolean {
  if (children.length > 0) return false
  if (isForJavac({ plugin, path })) return text.split(' ').every((word) => plainForJavac.test(word))
  return inert.some((one) => one[0].test(plugin) && one[1].test(path) && one[2].test(text))
}

/** Lists of such settings; an empty list of processors runs none. */
export function isList({ path }: Setting): boolean {
  return /(?:^|\/)(?:compilerArgs|annotationProcessorPaths|includes|excludes|annotations|ignores|buildArgs)$/.test(path)
}

/** A setting's text without what is inert in it. */
export function leftOfSetting(setting: Setting, { text }: XmlElement): string {
  if (isForJavac(setting)) {
    return text
      .split(' ')
      .filter((word) => !plainForJavac.test(word))
      .join(' ')
  }
  // Which Java or Android its signatures are of: data of the same publisher.
  if (setting.plugin === 'animal-sniffer-maven-plugin' && setting.path === 'signature/artifactId') {
    return text.replace(/\d{1,4}$/, '')
  }
  if (setting.path === 'signature/version' || /(?:^|\/)path\/version$/.test(setting.path)) return 'version'
  return text
}

function isForJavac({ plugin, path }: Setting): boolean {
  return plugin === 'maven-compiler-plugin' && /^compilerArgs\/(?:arg|compilerArg)$/.test(path)
}
