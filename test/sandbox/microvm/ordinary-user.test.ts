import { relative } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { spawnProcess } from '../../../worker/process/spawn-process.ts'
import { asOrdinaryUser } from '../battery/as-ordinary-user.ts'
import { imageTimeoutMs } from '../images/built-image.ts'
import { expectsOverlay } from '../overlay/expects-overlay.ts'
import { createMicrovmBench, guestTimeoutMs } from './microvm-bench.ts'

const script = fileURLToPath(new URL('./run-in-guests.ts', import.meta.url))
const seenSchema = z.object({
  worker: z.int(),
  seen: z.array(z.looseObject({ boot: z.string() })),
  shown: z.unknown(),
})

describe('class microvm for a worker that is not root', () => {
  beforeAll(async () => {
    // Brings the image, its disk and the guest's kernel, which are everybody's to read.
    await using bench = await createMicrovmBench()
    await bench.create()
  }, imageTimeoutMs + guestTimeoutMs)

  it(
    'runs guests from a state of its own, each with files, randomness that no other has, and what setup left below',
    async () => {
      const argv = await asOrdinaryUser(relative(process.cwd(), script))
      const worker = spawnProcess(argv, {
        cwd: '/',
        env: { PATH: '/usr/bin:/bin' },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const said = worker.stdout === null ? '' : await text(worker.stdout)

      const { worker: user, seen, shown } = seenSchema.parse(JSON.parse(said))

      expect(user).not.toBe(0)
      expect(seen.map(({ boot: _, ...rest }) => rest)).toEqual(
        ['first', 'second'].map(() => ({
          ...{ user: '1000', before: 'from the host', exitCode: 0, again: 'made\n', after: 'made\n' },
          proof: { processes: 0, mounts: 0, groups: 0 },
        })),
      )
      expect(shown).toEqual(
        expectsOverlay(false)
          ? {
              ...{
                out: '1\nstored\nown\n',
                err: '',
                names: ['moved', 'own'],
                file: 'stored\nmore\n',
                isAsStored: true,
              },
              proof: { processes: 0, mounts: 0, groups: 0 },
            }
          : null,
      )
      expect(new Set(seen.map(({ boot }) => boot)).size).toBe(2)
    },
    guestTimeoutMs,
  )
})
