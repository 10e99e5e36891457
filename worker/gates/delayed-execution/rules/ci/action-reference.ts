import { knownRelease } from './known-release.ts'

/** An action or image by name, and how it is fixed. */
export interface ActionReference {
  readonly name: string
  readonly level: 'commit' | 'release' | 'other'
  readonly reference: string
}

const commitId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i
/** No more digits than a release has: the beginning of a commit's name can be digits too. */
const release = /^v?\d{1,5}(?:\.\d{1,5}){0,3}(?:-[a-z]{1,10}[.\d]{0,10})?$/i

/**
 * Which release an action is, where that is sure: a tag that its owner gives, or a commit that a list of ours has for one.
 * Any other commit may be one of a fork, which GitHub serves under the same name.
 */
export function releaseOf({ name, level, reference }: ActionReference): string | null {
  return level === 'commit' ? (knownRelease(name, reference) ?? null) : level === 'release' ? reference : null
}

/** An action or workflow of the repository itself, at the commit that runs. */
export function isOfRepository(text: string): boolean {
  return /^(?:\.|\$)\//.test(text)
}

export function readAction(text: string): ActionReference {
  const image = /^docker:\/\//.test(text)
  const at = image ? imageMark(text) : text.indexOf('@')
  const [name, reference] = at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
  if (text.startsWith('.') || reference === '') return { name, level: 'other', reference: text }
  if (/^sha256:[0-9a-f]{64}$/i.test(reference) || commitId.test(reference)) return { name, level: 'commit', reference }
  return { name, level: release.test(reference) ? 'release' : 'other', reference }
}

export function readImage(text: string): ActionReference {
  return readAction(`docker://${text}`)
}

/** By its tag, where it is fixed by a digest too: a digest that stands under a name was put there by the name's owner. */
export function readTaggedImage(text: string): ActionReference {
  const image = readImage(text)
  return image.level === 'commit' && /:[\w.-]{1,100}$/.test(image.name) ? readAction(image.name) : image
}

/** Whether a release is the same as another one or newer, as far as both say: `v4` is no older than `v4.2`. */
export function isNoOlder(release: string, other: string): boolean {
  const [a, b] = [release, other].map((text) => (text.match(/\d+/g) ?? []).map(Number))
  for (const [index, part] of (a ?? []).entries()) {
    const than = b?.[index] ?? part
    if (part !== than) return part > than
  }
  return true
}

/** Of `name:tag@digest` the digest counts, else the tag; a port is no tag. */
function imageMark(text: string): number {
  const digest = text.lastIndexOf('@')
  if (digest !== -1) return digest
  const tag = text.lastIndexOf(':')
  return tag > text.lastIndexOf('/') ? tag : -1
}
