import { coversEntry } from './network-entry.ts'
import type { ParsedPolicy, PolicyProblem } from './parse-policy.ts'
import type { PolicyFile } from './policy-schema.ts'

/** A list that a lower level may shorten but not extend. */
interface BoundedList {
  readonly path: readonly string[]
  readonly of: (file: PolicyFile) => readonly string[] | undefined
  readonly covers: (allowed: string, asked: string) => boolean
}

const same = (allowed: string, asked: string) => allowed === asked

const boundedLists: readonly BoundedList[] = [
  { path: ['network'], of: (file) => file.network, covers: coversEntry },
  { path: ['setup', 'network'], of: (file) => file.setup?.network, covers: coversEntry },
  { path: ['setup', 'secrets'], of: (file) => file.setup?.secrets, covers: same },
  {
    path: ['gates', 'licenses', 'allow-licenses'],
    of: (file) => file.gates?.licenses?.['allow-licenses'],
    covers: same,
  },
]

/** Everything that a level asks for beyond what a level above it allows, with the line that asks. */
export function findWidened(levels: readonly ParsedPolicy[]): PolicyProblem[] {
  return levels.flatMap((level, index) =>
    levels.slice(0, index).flatMap((above) => boundedLists.flatMap((list) => widenedIn(list, above, level))),
  )
}

function widenedIn(list: BoundedList, above: ParsedPolicy, level: ParsedPolicy): PolicyProblem[] {
  const allowed = list.of(above.file)
  const asked = list.of(level.file)
  if (allowed === undefined || asked === undefined) return []
  return asked.flatMap((entry, index) => {
    if (allowed.some((candidate) => list.covers(candidate, entry))) return []
    const message = `${entry} is not allowed by ${above.name}: a policy narrows what stands above it`
    return [{ file: level.name, path: list.path.join('.'), line: level.lineOf([...list.path, index]), message }]
  })
}
