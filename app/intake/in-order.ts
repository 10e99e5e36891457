/** Runs what belongs to one place one after the other, in the order in which it was asked for, and everything else beside it. */
export interface InOrder {
  run<T>(place: string, act: () => Promise<T>): Promise<T>
}

export function createInOrder(): InOrder {
  const last = new Map<string, Promise<unknown>>()
  return {
    async run(place, act) {
      const before = last.get(place)
      const mine = (before ?? Promise.resolve()).then(act, act)
      last.set(place, mine)
      try {
        return await mine
      } finally {
        if (last.get(place) === mine) last.delete(place)
      }
    },
  }
}
