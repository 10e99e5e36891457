export type Direction = 'up' | 'down'

export interface TrafficBudget {
  /** Counts bytes that passed. False when the budget is spent. */
  take(direction: Direction, bytes: number): boolean
  spent(): boolean
  used(): { readonly bytesOut: number; readonly bytesIn: number }
}

/** Bytes of all connections of a session together. `up` is out of the sandbox. */
export function createTrafficBudget(maxTotal: number, maxUp: number): TrafficBudget {
  let total = 0
  let up = 0
  const spent = () => total > maxTotal || up > maxUp
  return {
    take(direction, bytes) {
      total += bytes
      if (direction === 'up') up += bytes
      return !spent()
    },
    spent,
    used: () => ({ bytesOut: up, bytesIn: total - up }),
  }
}
