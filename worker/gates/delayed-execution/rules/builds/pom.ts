import type { XmlElement } from '../../../dependencies/xml.ts'
import { isList, isPlainSetting, leftOfSetting, settingIn } from './pom-settings.ts'
import { withoutVersion } from './same-build.ts'
import type { Inert } from './xml-left.ts'

/** What a POM says to people, and for which the build has no use. */
const aboutIt =
  /^project\/(?:name|description|url|inceptionYear|licenses|developers|contributors|organization|mailingLists|issueManagement|scm\/url)$/
const dependency = /^project\/(?:dependencyManagement\/)?dependencies\/dependency$/
/** What only holds others. A profile is a project within the project, and `pluginManagement` more plugins. */
const boxes = new Set(
  [
    ...['profiles', 'properties', 'scm', 'dependencies', 'dependencyManagement', 'dependencyManagement/dependencies'],
    ...['build', 'build/plugins', 'build/pluginManagement', 'build/plugins/plugin/executions'],
    ...['build/plugins/plugin/configuration', 'build/plugins/plugin/executions/execution/configuration'],
  ].map((path) => `project/${path}`),
)

const name = /^(?:[\w.-]|\$\{[\w.-]{1,80}\}){1,100}$/
const release = /^(?:[\w.,()[\]-]{1,60}|\$\{[\w.-]{1,80}\})$/
const truth = /^(?:true|false)$/
const ofDependency = new Map([
  ['groupId', name],
  ['artifactId', name],
  ['version', release],
  ['scope', /^(?:compile|provided|runtime|test|import)$/],
  ['type', /^[\w-]{1,40}$/],
  ['classifier', name],
  ['optional', truth],
])
const releases =
  /^(?:maven\.compiler\.(?:source|target|release|testSource|testTarget|testRelease)|[\w.-]{1,80}[vV]ersion)$/
const encodings = /^project\.(?:build\.sourceEncoding|reporting\.outputEncoding)$/
/** Maven's own plugins whose goals compile, test and pack what the project has, and do nothing else by themselves. */
const ownPlugin = /^maven-(?:clean|compiler|surefire|failsafe|jar|source|enforcer)-plugin$/

/** A project of Maven. Which packages its dependencies are is another rule's question. */
export const inertInPom: Inert = {
  isInert(element, within) {
    const path = pathOf(element, within)
    if (aboutIt.test(path)) return true
    if (hasAttributes(element)) return false
    if (dependency.test(path)) return element.children.every(isPlainInDependency)
    if (path === `project/properties/${element.name}`) return isPlainProperty(element)
    if (path === 'project/version') return isText(element, release)
    // Maven's own group is the one of a plugin that names none.
    if (path === 'project/build/plugins/plugin/groupId') return element.text === mavensOwn
    if (path === 'project/scm/tag' || path === 'project/build/finalName') return isText(element, name)
    const setting = settingIn(element, within)
    return setting !== null && isPlainSetting(setting, element)
  },
  namesOf(element, within) {
    const path = pathOf(element, within)
    const setting = settingIn(element, within)
    if (setting !== null && isList(setting)) return []
    if (hasAttributes(element)) return null
    if (path === 'project/profiles/profile') return ['id', 'activation']
    // Another one may be what `mvn PREFIX:GOAL` means from then on.
    if (path === 'project/build/plugins/plugin') return isOfMaven(element) ? ['groupId', 'artifactId', 'version'] : null
    if (path === 'project/build/plugins/plugin/executions/execution') {
      return isOwnPlugin(within.at(-2)) ? ['id', 'phase', 'goals', 'inherited'] : ['id']
    }
    return boxes.has(path) ? [] : null
  },
  textOf(element, within) {
    const setting = settingIn(element, within)
    if (setting !== null) return withoutVersion(leftOfSetting(setting, element))
    if (element.name === 'version' && isText(element, release)) return 'version'
    const path = pathOf(element, within)
    return path === 'project/activation/jdk' && isText(element, /^[!\d.,()[\] ]{1,40}$/)
      ? 'jdk'
      : withoutVersion(element.text)
  },
}

function pathOf(element: XmlElement, within: readonly XmlElement[]): string {
  const names = [...within, element].map((one) => one.name)
  const inProfile = names.slice(0, 3).join('/') === 'project/profiles/profile' && names.length > 3
  return (inProfile ? ['project', ...names.slice(3)] : names).join('/').replace('/pluginManagement/', '/')
}

function hasAttributes({ attributes }: XmlElement): boolean {
  return Object.keys(attributes).length > 0
}

function isText(element: XmlElement, pattern: RegExp): boolean {
  return element.children.length === 0 && pattern.test(element.text)
}

function isPlainInDependency(element: XmlElement): boolean {
  if (hasAttributes(element)) return false
  const pattern = ofDependency.get(element.name)
  return element.name === 'exclusions' || (pattern !== undefined && isText(element, pattern))
}

function isPlainProperty(element: XmlElement): boolean {
  if (releases.test(element.name)) return isText(element, /^v?\d[\w.+-]{0,60}$/)
  if (encodings.test(element.name)) return isText(element, /^(?:utf-8|us-ascii|iso-8859-1)$/i)
  return element.name === 'project.build.outputTimestamp' && isText(element, /^[\d:TZ-]{1,30}$/)
}

function isOwnPlugin(element: XmlElement | undefined): boolean {
  return element !== undefined && ownPlugin.test(said(element, 'artifactId') ?? '') && isOfMaven(element)
}

function isOfMaven(plugin: XmlElement): boolean {
  return (said(plugin, 'groupId') ?? mavensOwn) === mavensOwn
}

function said(element: XmlElement, key: string): string | undefined {
  return element.children.find((child) => child.name === key)?.text
}

const mavensOwn = 'org.apache.maven.plugins'
