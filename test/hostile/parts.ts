import { attempts } from './cases/attempts.ts'
import { brokerAbuse } from './cases/broker-abuse.ts'
import { secretPlaces } from './cases/places.ts'
import type { HostileCase } from './hostile-case.ts'

/** The suite's parts, each with its cases, in the order in which they run. */
export const parts = {
  attempts,
  broker: brokerAbuse,
  places: secretPlaces,
} as const satisfies Record<string, readonly HostileCase[]>

export type PartName = keyof typeof parts
export const partNames: readonly PartName[] = ['attempts', 'broker', 'places']

/** Every case of the suite: the rows of the table. */
export const allCases: readonly HostileCase[] = Object.values(parts).flat()
