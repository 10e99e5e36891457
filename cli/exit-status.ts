import type { OutcomeName } from '../worker/contract/index.ts'

/** What other programs rely on. Wrong usage is 2. */
export const exitStatuses: Readonly<Record<OutcomeName, number>> = {
  published: 0,
  'no-changes': 0,
  joined: 0,
  failed: 1,
  held: 3,
  blocked: 3,
  refused: 4,
  cancelled: 5,
}
