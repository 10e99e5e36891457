import { describe, expect, it } from 'vitest'
import { createDiskWatch, type Occupied } from '../../../worker/sandbox/limits/disk-watch.ts'
import type { DiskUsage } from '../../../worker/sandbox/limits/measure-usage.ts'

const maxBytes = 1000
const maxFiles = 100

function watchOf() {
  const world = {
    time: 0,
    measures: 0,
    measureTakes: 0,
    occupied: { bytes: 50_000, files: 500 } as Occupied,
    usage: { bytes: 0, files: 0, complete: true } as DiskUsage,
  }
  const watch = createDiskWatch({
    maxBytes,
    maxFiles,
    occupied: async () => world.occupied,
    measure: async () => {
      world.measures++
      world.time += world.measureTakes
      return world.usage
    },
    now: () => world.time,
  })
  return { world, watch }
}

const grow = (from: Occupied, bytes: number, files = 0) => ({ bytes: from.bytes + bytes, files: from.files + files })

describe('the watch over a disk', () => {
  it('does not count files while the file system has hardly grown', async () => {
    const { world, watch } = watchOf()
    world.occupied = grow(world.occupied, 200)

    expect(await watch.isOver()).toBe(false)
    expect(world.measures).toBe(0)
  })

  it('counts as soon as the growth could use up the budget, and is over when it has', async () => {
    const { world, watch } = watchOf()
    world.occupied = grow(world.occupied, 2000)
    world.usage = { bytes: 2000, files: 3, complete: true }

    expect(await watch.isOver()).toBe(true)
  })

  it('does not blame a sandbox for what others write', async () => {
    const { world, watch } = watchOf()
    world.occupied = grow(world.occupied, 1_000_000)
    world.usage = { bytes: 10, files: 3, complete: true }

    expect(await watch.isOver()).toBe(false)
    expect(world.measures).toBe(1)
  })

  it('counts files as well as bytes', async () => {
    const { world, watch } = watchOf()
    world.occupied = grow(world.occupied, 1, 90)
    world.usage = { bytes: 1, files: 101, complete: true }

    expect(await watch.isOver()).toBe(true)
  })

  it('finds within a second what a sandbox wrote while its neighbour deleted as much', async () => {
    const { world, watch } = watchOf()
    world.occupied = grow(world.occupied, -5000)
    world.usage = { bytes: 1001, files: 1, complete: true }

    expect(await watch.isOver()).toBe(false)
    world.time = 1000
    expect(await watch.isOver()).toBe(true)
  })

  it('counts a large tree less often, so that counting does not become the work', async () => {
    const { world, watch } = watchOf()
    world.measureTakes = 400
    world.time = 1000
    await watch.isOver()
    world.time = 8000
    await watch.isOver()

    expect(world.measures).toBe(1)
    world.time = 9400
    await watch.isOver()
    expect(world.measures).toBe(2)
  })

  it('takes all growth for the sandbox when a part of it cannot be read', async () => {
    const { world, watch } = watchOf()
    world.occupied = grow(world.occupied, 1200)
    world.usage = { bytes: 10, files: 3, complete: false }

    expect(await watch.isOver()).toBe(true)
  })
})
