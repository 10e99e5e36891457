import { coversModel, type NetworkEntry, networkEntryName } from '../../worker/contract/index.ts'
import { coversNetwork } from './network-rule.ts'
import type { ParsedPolicy, PolicyProblem } from './parse-policy.ts'
import type { PolicyFile } from './policy-schema.ts'
import { mayBroker, mayTake } from './secret-uses.ts'

/** A list that a lower level may shorten but not extend: what of it goes beyond the level above, by index. */
interface BoundedList {
  readonly path: readonly string[]
  readonly beyond: (above: PolicyFile, asked: PolicyFile) => readonly Beyond[]
}

interface Beyond {
  readonly index: number
  readonly what: string
}

type Licenses = NonNullable<PolicyFile['gates']>['licenses']

const boundedLists: readonly BoundedList[] = [
  { path: ['network'], beyond: (above, asked) => beyondNetwork(above.network, asked.network) },
  {
    path: ['setup', 'network'],
    beyond: (above, asked) => [
      ...beyondNetwork(above.setup?.network, asked.setup?.network),
      ...found(
        asked.setup?.network,
        (entry) => !mayBroker(above, entry),
        (entry) => `the credential for ${networkEntryName(entry)}`,
      ),
    ],
  },
  {
    path: ['setup', 'secrets'],
    beyond: (above, asked) => found(asked.setup?.secrets, (name) => !mayTake(above, name), String),
  },
  {
    path: ['agents'],
    beyond: ({ agents }, asked) => found(asked.agents, (name) => agents?.includes(name) === false, String),
  },
  {
    path: ['triggers', 'teams'],
    beyond: ({ triggers }, asked) =>
      found(asked.triggers?.teams, (team) => triggers?.teams?.includes(team) === false, teamName),
  },
  {
    // Where a level says nothing of who approves, it is whoever may ask.
    path: ['approvals', 'teams'],
    beyond: ({ approvals, triggers }, asked) => {
      const allowed = approvals?.teams ?? triggers?.teams
      return found(asked.approvals?.teams, (team) => allowed?.includes(team) === false, teamName)
    },
  },
  {
    path: ['models'],
    beyond: ({ models }, asked) =>
      found(asked.models, (entry) => models !== undefined && !coversModel(models, entry), String),
  },
  {
    path: ['gates', 'licenses', 'allow-licenses'],
    beyond: (above, asked) => {
      const allowed = above.gates?.licenses?.['allow-licenses']
      return found(asked.gates?.licenses?.['allow-licenses'], (id) => allowed?.includes(id) === false, String)
    },
  },
  {
    path: ['gates', 'licenses', 'allow-dependencies-licenses'],
    beyond: (above, asked) => beyondExempt(above.gates?.licenses, asked.gates?.licenses),
  },
]

/** Everything that a level asks for beyond what a level above it allows, with the line that asks. */
export function findWidened(levels: readonly ParsedPolicy[]): PolicyProblem[] {
  return levels.flatMap((level, index) =>
    levels.slice(0, index).flatMap((above) => boundedLists.flatMap((list) => widenedIn(list, above, level))),
  )
}

function widenedIn({ path, beyond }: BoundedList, above: ParsedPolicy, level: ParsedPolicy): PolicyProblem[] {
  return beyond(above.file, level.file).map(({ index, what }) => {
    const whose = above.pathPrefix === undefined ? above.name : `${above.pathPrefix.slice(0, -1)} of ${above.name}`
    const message = `${what} is not allowed by ${whose}: a policy narrows what stands above it`
    const place = `${level.pathPrefix ?? ''}${path.join('.')}`
    return { file: level.name, path: place, line: level.lineOf([...path, index]), message }
  })
}

/** An exception makes every list above it milder: where one stands, only its own level's exceptions may be named. */
function beyondExempt(above: Licenses, asked: Licenses): readonly Beyond[] {
  const exempt = above?.['allow-dependencies-licenses']
  const isBound = exempt ?? above?.['allow-licenses'] ?? above?.['deny-licenses']
  if (isBound === undefined) return []
  return found(asked?.['allow-dependencies-licenses'], (entry) => exempt?.includes(entry) !== true, String)
}

function beyondNetwork(
  allowed: readonly NetworkEntry[] | undefined,
  asked: readonly NetworkEntry[] | undefined,
): readonly Beyond[] {
  if (allowed === undefined) return []
  const isCovered = (entry: NetworkEntry) => allowed.some((candidate) => coversNetwork(candidate, entry))
  return found(asked, (entry) => !isCovered(entry), networkEntryName)
}

function teamName(team: string): string {
  return `team ${team}`
}

function found<T>(
  asked: readonly T[] | undefined,
  isBeyond: (entry: T) => boolean,
  name: (entry: T) => string,
): readonly Beyond[] {
  return (asked ?? []).flatMap((entry, index) => (isBeyond(entry) ? [{ index, what: name(entry) }] : []))
}
