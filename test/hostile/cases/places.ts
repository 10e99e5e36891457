import type { HostileCase } from '../hostile-case.ts'

/** Where places.pl leaves a secret and looks for one. Not every class has all of them at all. */
const places = {
  'files-in-tmp': 'a file in /tmp',
  'files-in-var-tmp': 'a file in /var/tmp',
  'files-in-shared-memory': 'a file in /dev/shm',
  'shared-memory': 'shared memory',
  'message-queue': 'a message queue',
  'posix-message-queue': 'a POSIX message queue',
  'variables-of-a-daemon': "a left daemon's variables",
  'arguments-of-a-daemon': "a left daemon's arguments",
  'memory-of-a-daemon': "a left daemon's memory",
  'open-files-of-a-daemon': "a left daemon's open files, deleted ones among them",
  'daemon-at-a-port': 'a left daemon at a port of the loopback',
  'daemon-at-an-abstract-socket': 'a left daemon at an abstract socket',
  'daemon-at-a-socket-file': 'a left daemon at a socket in /tmp',
  'daemon-at-a-pipe': 'a left daemon at a pipe in the workspace',
} as const
const notEverywhere: readonly string[] = ['posix-message-queue', 'memory-of-a-daemon', 'open-files-of-a-daemon']

/** Who looks: the next command of the same sandbox, the next phase in a sandbox of its own over the same folders, or another job at the same time. */
export const lookers = {
  next: 'the next command',
  phase: 'the next phase',
  neighbour: 'another job',
} as const
export type Looker = keyof typeof lookers

export const caseName = (looker: Looker, place: string) => `${looker}-${place}`

export const secretPlaces: readonly HostileCase[] = (['next', 'phase', 'neighbour'] as const).flatMap((looker) =>
  Object.entries(places).map(([place, words]) => ({
    name: caseName(looker, place),
    attack: `from ${lookers[looker]}: find a secret in ${words}`,
    group: 'secret' as const,
    notEverywhere: notEverywhere.includes(place),
  })),
)

export const placeNames: readonly string[] = Object.keys(places)
