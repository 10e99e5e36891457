import { attempts } from './cases/attempts.ts'
import { bombs } from './cases/bombs.ts'
import { brokerRequests } from './cases/broker-requests.ts'
import { destroyed, endings } from './cases/endings.ts'
import { neighbours } from './cases/neighbours.ts'
import { secretPlaces } from './cases/places.ts'
import type { HostileCase } from './hostile-case.ts'

/** The suite's parts, each with its cases, in the order in which they run. */
export const parts = {
  attempts,
  broker: brokerRequests,
  endings: [...endings, destroyed],
  places: secretPlaces,
  bombs,
  neighbours,
} as const satisfies Record<string, readonly HostileCase[]>

export type PartName = keyof typeof parts
export const partNames: readonly PartName[] = ['attempts', 'broker', 'endings', 'places', 'bombs', 'neighbours']

/** Every case of the suite: the rows of the table. */
export const allCases: readonly HostileCase[] = Object.values(parts).flat()
