import { type DependencyFile, type FoundPackage, found } from './found-package.ts'
import { childOf, childrenOf, readXml, textOf, type XmlElement } from './xml.ts'

export const mavenFiles: readonly DependencyFile[] = [
  { ecosystem: 'maven', paths: /(?:^|\/)pom\.xml$/i, kind: 'manifest', read: readPom },
]

function readPom(text: string): FoundPackage[] | null {
  const project = readXml(text)
  if (project?.name !== 'project') return null
  const profiles = childrenOf(childOf(project, 'profiles'), 'profile')
  const properties = propertiesOf(project)
  const parent = childOf(project, 'parent')
  const inherited = parent === null || childOf(parent, 'relativePath') !== null ? [] : [parent]
  const asked = [project, ...profiles].flatMap((place) => [
    ...childrenOf(childOf(place, 'dependencies'), 'dependency'),
    ...childrenOf(childOf(childOf(place, 'dependencyManagement'), 'dependencies'), 'dependency'),
  ])
  return [...inherited, ...asked]
    .filter((one) => textOf(one, 'scope') !== 'system')
    .map((one) => toPackage(one, properties))
}

function toPackage(element: XmlElement, properties: ReadonlyMap<string, string>): FoundPackage {
  const said = (key: string) => resolve(textOf(element, key) ?? '', properties)
  const version = said('version')
  const exact = /^\w[\w.-]{0,100}$/.test(version)
  return found(`${said('groupId')}:${said('artifactId')}`, version || 'as another file says', {
    exact,
    line: element.line,
  })
}

function propertiesOf(project: XmlElement): Map<string, string> {
  const own = (childOf(project, 'properties')?.children ?? []).map(({ name, text }): [string, string] => [name, text])
  const parent = childOf(project, 'parent')
  const standing = ['groupId', 'artifactId', 'version'].flatMap((key): [string, string][] => {
    const value = textOf(project, key) ?? textOf(parent, key)
    return value === null ? [] : [[`project.${key}`, value]]
  })
  return new Map([...standing, ...own])
}

/** `${name}` by what the same file says, through a few names that say another. */
function resolve(text: string, properties: ReadonlyMap<string, string>): string {
  let value = text.slice(0, 500)
  for (let turn = 0; turn < 5 && value.includes('${'); turn += 1) {
    value = value
      .replaceAll(/\$\{([\w.-]{1,200})\}/g, (whole, name: string) => properties.get(name) ?? whole)
      .slice(0, 500)
  }
  return value
}
