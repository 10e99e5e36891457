import { packageVersionSchema } from '../contract/index.ts'
import { childOf, childrenOf, readXml, textOf, type XmlElement } from '../gates/dependencies/xml.ts'
import type { Place, Reader } from './http-reader.ts'
import { missing, type Registry, ShapeError } from './registry.ts'

const mostBytes = 2_000_000
/** What a POM does not say its parent does, and that one's parent. */
const mostParents = 6

export function createMavenRegistry(place: Place): Registry {
  return {
    async ask({ name, version }, reader) {
      let at: { name: string; version: string } | null = { name, version }
      for (let turn = 0; turn < mostParents && at !== null; turn += 1) {
        const project = await readPom(reader, place, at)
        if (project === null)
          return turn === 0 ? missing : { kind: 'unknown', why: 'the file that says its license is not there' }
        const names = childrenOf(childOf(project, 'licenses'), 'license').map(
          (one) => textOf(one, 'name') ?? 'an unnamed license',
        )
        if (names.length > 0)
          return { kind: 'found', license: { kind: 'names', names: names.slice(0, 100) }, content: 'unsaid' }
        at = parentOf(project)
      }
      return { kind: 'found', license: { kind: 'none' }, content: 'unsaid' }
    },
  }
}

async function readPom(
  reader: Reader,
  place: Place,
  { name, version }: { name: string; version: string },
): Promise<XmlElement | null> {
  const [group = '', artifact = ''] = name.split(':').map(encodeURIComponent)
  const at = encodeURIComponent(version)
  const path = `${group.replaceAll('.', '/')}/${artifact}/${at}/${artifact}-${at}.pom`
  const body = await reader.read(place, path, mostBytes)
  if (body === null) return null
  const project = readXml(body.toString('utf8'))
  if (project?.name !== 'project') throw new ShapeError('not a POM')
  return project
}

/** A published POM is a stranger's: its parent's name is parsed like any other. */
function parentOf(project: XmlElement): { name: string; version: string } | null {
  const parent = childOf(project, 'parent')
  const parsed = packageVersionSchema.safeParse({
    ecosystem: 'maven',
    name: `${textOf(parent, 'groupId')}:${textOf(parent, 'artifactId')}`,
    version: textOf(parent, 'version'),
    integrity: [],
  })
  return parsed.success ? parsed.data : null
}
