interface Waiting<I, O> {
  readonly item: I
  readonly resolve: (result: O) => void
  readonly reject: (error: unknown) => void
}

/**
 * Writes one group at a time; what is asked for meanwhile is the next one. A burst then costs one round trip for many,
 * and a single one waits for at most one. `write` gets at most `most` items, in the order in which they came, and
 * resolves with a result for each; what it throws, each of its askers gets.
 */
export function groupWrites<I, O>(
  most: number,
  write: (items: readonly I[]) => Promise<readonly O[]>,
): (item: I) => Promise<O> {
  const waiting: Waiting<I, O>[] = []
  let writing = false

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) await writeGroup(waiting.splice(0, most))
    writing = false
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
      waiting.push({ item, resolve, reject })
      if (writing) return
      writing = true
      // Not at once: what else arrives in this turn of the event loop goes along.
      setImmediate(() => void writeAll())
    })
}
