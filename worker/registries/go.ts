import { createHash } from 'node:crypto'
import { unzipSync } from 'fflate'
import type { PackageVersion } from '../contract/index.ts'
import type { RegistryAnswer, RegistryLicense } from '../pipeline/ports/index.ts'
import { compareDigests } from './compare-content.ts'
import type { Place, Reader } from './http-reader.ts'
import { missing, type Registry, ShapeError } from './registry.ts'

const mostBytes = 24 * 1024 * 1024
const mostUnpacked = 64 * 1024 * 1024
const mostFiles = 20_000
const mostText = 200_000
const licenseFile = /^(?:LICEN[CS]E|COPYING|UNLICENSE)(?:[-.][\w.-]{0,60})?$/i

export interface GoPlace extends Place {
  /** Whether a proxy of this place never fetches a module from the host that its path begins with. */
  readonly onlyCached: boolean
}

/** Hosts of code where nobody else sees who asks for a path. */
const knownHosts =
  /^(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|golang\.org|google\.golang\.org|gopkg\.in|go\.uber\.org|k8s\.io)\//

/**
 * No proxy says a license: the module's own archive is read, whose digest go.sum has. A proxy may fetch what it is
 * asked for from the host that the module's path begins with: a name of an agent's choice would reach any host.
 */
export function createGoRegistry(place: GoPlace): Registry {
  const look = async ({ name, version, integrity }: PackageVersion, reader: Reader): Promise<RegistryAnswer> => {
    const body = await reader.read(place, `${escapeCase(name)}/@v/${escapeCase(version)}.zip`, mostBytes)
    if (body === null) return missing
    const files = unpack(body)
    const content = compareDigests(integrity, [digestOf(files)])
    return { kind: 'found', license: licenseOf(files, `${name}@${version}/`), content }
  }
  /** One after the other: several large archives at a time would fill the memory of the host. */
  let turn: Promise<unknown> = Promise.resolve()
  return {
    async ask(asked, reader) {
      if (!place.onlyCached && !knownHosts.test(asked.name)) {
        return { kind: 'unknown', why: 'its proxy would ask the host that its path names' }
      }
      const answer = turn.then(() => look(asked, reader))
      turn = answer.catch(() => {})
      return answer
    },
  }
}

/** Upper case is written with a mark before it, for file systems that do not know case. */
function escapeCase(path: string): string {
  return path.replaceAll(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`)
}

type Files = Readonly<Record<string, Uint8Array>>

/** What an archive says of its size is checked before anything is unpacked. */
function unpack(body: Uint8Array): Files {
  let bytes = 0
  let count = 0
  try {
    return unzipSync(body, {
      filter({ originalSize }) {
        bytes += originalSize
        count += 1
        if (bytes > mostUnpacked || count > mostFiles) throw new RangeError('too large')
        return true
      },
    })
  } catch {
    throw new ShapeError('no archive that can be read')
  }
}

/** As go.sum has it: a digest of the list of all digests. */
function digestOf(files: Files): string {
  const names = Object.keys(files).sort((a, b) => (a < b ? -1 : 1))
  const list = names.map((name) => `${sha256(files[name] ?? new Uint8Array()).toString('hex')}  ${name}\n`)
  return `h1:${sha256(list.join('')).toString('base64')}`
}

function sha256(content: Uint8Array | string): Buffer {
  return createHash('sha256').update(content).digest()
}

function licenseOf(files: Files, root: string): RegistryLicense {
  const texts = Object.entries(files)
    .filter(([name]) => name.startsWith(root) && licenseFile.test(name.slice(root.length)))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, content]) => new TextDecoder().decode(content.subarray(0, mostText)))
  return texts.length === 0 ? { kind: 'none' } : { kind: 'text', text: texts.join('\n\n').slice(0, mostText) }
}
