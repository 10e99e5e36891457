import { readLoose, writeObject } from './object-store.ts'

/** One line of a tree as it is stored. A name has one byte per character (latin1): it need not be UTF-8. */
export interface TreeLine {
  readonly mode: string
  readonly name: string
  readonly sha: string
}

export interface PlainChange {
  readonly path: string
  readonly mode: string
  readonly sha: string
}

/** Every part of such a path is taken by git everywhere; what else it takes or refuses is for git to say. */
const PLAIN_PATH =
  /^(?:\.?[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*\/)*\.?[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*$/
const GIT_LIKE = /(^|\/)\.git(\/|$)/i

export function isPlainPath(path: string): boolean {
  return PLAIN_PATH.test(path) && !GIT_LIKE.test(path)
}

/** The lines of a loose tree; undefined for what is packed or no tree. */
export async function readTreeLines(gitDir: string, sha: string): Promise<readonly TreeLine[] | undefined> {
  const object = await readLoose(gitDir, sha)
  return object?.type === 'tree' ? parseLines(object.content) : undefined
}

/** The line at a path below a tree; null where there is none, undefined where only git can tell. */
export async function findLine(gitDir: string, tree: string, path: string): Promise<TreeLine | null | undefined> {
  const [first = '', ...rest] = path.split('/')
  const name = Buffer.from(first).toString('latin1')
  const lines = await readTreeLines(gitDir, tree)
  const line = lines?.find((candidate) => candidate.name === name)
  if (lines === undefined || rest.length === 0) return lines && (line ?? null)
  return line?.mode === '40000' ? findLine(gitDir, line.sha, rest.join('/')) : null
}

/** A tree with plain files put in; undefined where that is not plain. An undefined `base` is the empty tree. */
export async function putFiles(
  gitDir: string,
  base: string | undefined,
  changes: readonly PlainChange[],
): Promise<string | undefined> {
  const before = base === undefined ? [] : await readTreeLines(gitDir, base)
  if (before === undefined) return undefined
  const lines = new Map(before.map((line) => [line.name, line]))
  for (const [name, inside] of byFirstName(changes)) {
    const line = await putLine(gitDir, lines.get(name), name, inside)
    if (line === undefined) return undefined
    lines.set(name, line)
  }
  return writeObject(gitDir, 'tree', formatLines([...lines.values()]))
}

async function putLine(
  gitDir: string,
  before: TreeLine | undefined,
  name: string,
  inside: readonly PlainChange[],
): Promise<TreeLine | undefined> {
  const [only] = inside
  if (only !== undefined && inside.length === 1 && only.path === '') return { mode: only.mode, name, sha: only.sha }
  // The same path twice, or a file and a folder of one name.
  if (inside.some(({ path }) => path === '')) return undefined
  const sha = await putFiles(gitDir, before?.mode === '40000' ? before.sha : undefined, inside)
  return sha === undefined ? undefined : { mode: '40000', name, sha }
}

function byFirstName(changes: readonly PlainChange[]): Map<string, PlainChange[]> {
  const groups = new Map<string, PlainChange[]>()
  for (const change of changes) {
    const [name = '', ...rest] = change.path.split('/')
    groups.set(name, [...(groups.get(name) ?? []), { ...change, path: rest.join('/') }])
  }
  return groups
}

function parseLines(content: Buffer): TreeLine[] {
  const lines: TreeLine[] = []
  for (let position = 0; position < content.length; ) {
    const [gap, end] = [content.indexOf(0x20, position), content.indexOf(0, position)]
    const mode = content.subarray(position, gap).toString('latin1')
    const name = content.subarray(gap + 1, end).toString('latin1')
    lines.push({ mode, name, sha: content.subarray(end + 1, end + 21).toString('hex') })
    position = end + 21
  }
  return lines
}

/** A folder is sorted as if its name ended in a slash. */
function formatLines(lines: readonly TreeLine[]): Buffer {
  const key = ({ name, mode }: TreeLine) => Buffer.from(mode === '40000' ? `${name}/` : name, 'latin1')
  const sorted = lines.toSorted((one, other) => Buffer.compare(key(one), key(other)))
  return Buffer.concat(
    sorted.flatMap(({ mode, name, sha }) => [Buffer.from(`${mode} ${name}\0`, 'latin1'), Buffer.from(sha, 'hex')]),
  )
}
