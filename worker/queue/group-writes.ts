interface Waiting<I, O> {
  readonly item: I
  readonly resolve: (result: O) => void
  readonly reject: (error: unknown) => void
}

/**
 * Writes together what is asked for in one turn of the event loop: a burst then costs one round trip for many, and a
 * single one waits for nobody. `write` gets at most `most` items, in the order in which they came, and resolves with
 * a result for each; what it throws, each of its askers gets.
 */
export function groupWrites<I, O>(
  most: number,
  write: (items: readonly I[]) => Promise<readonly O[]>,
): (item: I) => Promise<O> {
  let waiting: Waiting<I, O>[] = []

  function writeAll(): void {
    const all = waiting
    waiting = []
    for (let start = 0; start < all.length; start += most) void writeGroup(all.slice(start, start + most))
  }

  async function writeGroup(group: readonly Waiting<I, O>[]): Promise<void> {
    try {
      const results = await write(group.map(({ item }) => item))
      for (const [index, { resolve, reject }] of group.entries()) {
        const result = results[index]
        if (result === undefined) reject(new RangeError('fewer results than items'))
        else resolve(result)
      }
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(writeAll)
      waiting.push({ item, resolve, reject })
    })
}
