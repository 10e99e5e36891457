import { neighbours } from './cases/neighbours.ts'
import type { EngineName } from './engines.ts'

interface NotClaimed {
  /** What comes through, and why nothing here stands in its way. */
  readonly because: string
  readonly cases: readonly string[]
  readonly on: readonly EngineName[]
}

const sharedKernel: readonly EngineName[] = [
  ...(['process', 'process-ordinary-user', 'process-image', 'container-docker', 'container-podman'] as const),
]

/** Everything that a class does not promise, in one place. A case that comes through and is not here fails. */
export const notClaimed: readonly NotClaimed[] = [
  {
    because:
      'The kernel is the one of the host, and tells every process its version, its start and how much memory it has.',
    cases: ['fact-kernel', 'fact-boot', 'fact-memory', 'fact-start', 'fact-command-line'],
    on: sharedKernel,
  },
  {
    because: "A mount carries the path that it was made from, which names the job's folder on the host.",
    cases: ['fact-paths'],
    on: sharedKernel,
  },
  {
    because:
      'A worker that is not root and has no control group given to it counts the memory of processes alone: not what they share, nor what the kernel keeps for them.',
    cases: ['memory-shared', 'memory-in-sockets'],
    on: ['process-ordinary-user'],
  },
  {
    because:
      'Without a control group nothing bounds processor time: a sandbox shares it with its neighbours as any program does.',
    cases: neighbours.flatMap(({ name }) => (name.startsWith('slow-') ? [name] : [])),
    on: ['process-ordinary-user'],
  },
  {
    because: 'The sentry, which is the kernel in there, tells of as much memory as the host has.',
    cases: ['fact-memory'],
    on: ['gvisor'],
  },
  {
    because:
      'The sentry notes the priority that a program asks for and does nothing with it: its own threads keep theirs.',
    cases: ['nice', 'never-killed'],
    on: ['gvisor'],
  },
  {
    because:
      "The sentry has file systems of a program's own making (FUSE), and serves them itself, without the host's.",
    cases: ['device-fuse'],
    on: ['gvisor'],
  },
]

/** Why this class does not claim to stop this case; null: it does. */
export function whyNotClaimed(engine: EngineName, name: string): string | null {
  const found = notClaimed.find(({ cases, on }) => cases.includes(name) && on.includes(engine))
  return found?.because ?? null
}
