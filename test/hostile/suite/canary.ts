import { randomBytes } from 'node:crypto'

/** One run's secret. What an attempt prints with this in it was read from where no attempt may read. */
export type Canary = string

export const newCanary = (): Canary => randomBytes(16).toString('hex')

/** The form in which prelude.pl finds it: the kind tells where it lay. */
export const planted = (canary: Canary, kind: string) => `canary-${kind}-${canary}`
