import type { EngineName } from './engines.ts'
import type { Cell, Finding } from './hostile-case.ts'
import { whyNotClaimed } from './not-claimed.ts'

/** What the table says of one case on one engine. Pure. */
export function judgeCell(engine: EngineName, finding: Finding): Cell {
  if (finding.through) return whyNotClaimed(engine, finding.name) === null ? 'OPEN' : 'not claimed'
  return finding.control ? 'blocked' : 'no control'
}
