import type { Direction } from '../traffic-budget.ts'
import { type Admission, recordDenied } from './admit.ts'
import type { Door } from './door.ts'

/** Counts what passes on one connection. When the session's budget is spent: one entry in the record, and `cut`. */
export function createMeter(
  door: Door,
  admission: Admission,
  cut: () => void,
): (direction: Direction) => (chunk: Buffer) => void {
  let over = false
  return (direction) => (chunk) => {
    if (door.traffic.take(direction, chunk.length) || over) return
    over = true
    recordDenied(door, admission, "cut: this session's budget of bytes is spent")
    cut()
  }
}
