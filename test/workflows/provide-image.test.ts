import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Adopted } from '../../worker/sandbox/image/adopt-image.ts'
import type { BuiltImage } from '../../worker/sandbox/image/built-image.ts'
import { imageKey, whyNoImage } from '../../workflows/sandbox/image-key.ts'
import { installBuilder } from '../../workflows/sandbox/install-builder.ts'
import { openPassage } from '../../workflows/sandbox/open-passage.ts'
import { provideImage } from '../../workflows/sandbox/provide-image.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp('/tmp/airlock-provide-')
})
afterAll(() => rm(root, { recursive: true, force: true }))

const image: BuiltImage = { name: 'tiny', digest: 'd', folder: '/i', rootfs: '/i/rootfs', tar: '/i/root.tar', env: {} }

/** What was done, in its order. */
async function provide(there: BuiltImage | null, adopted: Adopted) {
  const did: string[] = []
  const does = <T>(what: string, result: T) => {
    did.push(what)
    return Promise.resolve(result)
  }
  const { from, refused } = await provideImage({
    there: async () => there,
    adopt: () => does('adopt', adopted),
    build: () => does('build', image),
    keep: async () => void did.push('keep'),
  })
  return { from, refused, did }
}

describe('the image of a job on a runner', () => {
  it("is the machine's own, where that is of today's description", async () => {
    expect(await provide(image, { kind: 'nothing' })).toEqual({ from: 'machine', refused: null, did: [] })
  })

  it('is built and kept the first time, and taken from the cache the next', async () => {
    const first = await provide(null, { kind: 'nothing' })
    expect(first).toEqual({ from: 'build', refused: null, did: ['adopt', 'build', 'keep'] })
    const next = await provide(null, { kind: 'adopted', image })
    expect(next).toEqual({ from: 'cache', refused: null, did: ['adopt'] })
  })

  it('is built anew where the cache was poisoned, and it is said why', async () => {
    const provided = await provide(null, { kind: 'refused', why: 'its files do not have its digest' })
    const did = ['adopt', 'build', 'keep']
    expect(provided).toEqual({ from: 'build', refused: 'its files do not have its digest', did })
  })

  it('is kept by its description and the month', async () => {
    const key = (name: string, day: string) => imageKey(name, join(root, 'none'), new Date(day))
    const minimal = await key('minimal', '2026-11-30')
    expect(minimal).toMatch(/^minimal-[0-9a-f]{16}-2026-11$/)
    expect(await key('minimal', '2026-11-01')).toBe(minimal)
    const others = [await key('minimal', '2026-12-01'), await key('base', '2026-11-30')]
    expect(new Set([minimal, ...others]).size).toBe(3)
  })

  it('has a name that is known', async () => {
    expect(await whyNoImage('base')).toBeNull()
    expect(await whyNoImage('bse')).toMatch(/no image "bse"\. Right would be one of agents, base, minimal, mise/)
    expect(await whyNoImage('../base')).toContain('no image')
  })
})

describe('what builds images', () => {
  /** Root by a `sudo` that ends so; of the packages one is there. */
  async function host(status: number, ids: string) {
    const folder = await mkdtemp(join(root, 'host-'))
    const sudo = join(folder, 'sudo')
    await writeFile(sudo, `#!/bin/sh\necho "$*" >> ${folder}/asked\nexit ${status}\n`)
    await chmod(sudo, 0o755)
    await writeFile(join(folder, 'subuid'), ids)
    const packages = { here: join(folder, 'subuid'), absent: join(folder, 'absent') }
    const asked = () => readFile(join(folder, 'asked'), 'utf8').catch(() => '')
    const facts = { sudo: [sudo, '-n'], aptGet: '/usr/bin/apt-get', packages, user: 'runner' }
    return { ...facts, subordinateIds: join(folder, 'subuid'), asked }
  }

  it('is installed where the job may: packages that are missing, and ids of its own', async () => {
    const machine = await host(0, 'somebody:100000:65536\n')
    expect(await installBuilder(machine)).toEqual({ kind: 'installed' })
    const [update, install, ids] = (await machine.asked()).trimEnd().split('\n')
    expect(update).toBe('-n /usr/bin/apt-get update -qq')
    expect(install).toMatch(/ install .* absent$/)
    expect(ids).toMatch(/^-n usermod --add-subuids \S+ --add-subgids \S+ runner$/)
  })

  it('is left alone where nothing is missing', async () => {
    const machine = await host(1, 'runner:100000:65536\n')
    const there = { ...machine, packages: { here: machine.subordinateIds } }
    expect(await installBuilder(there)).toEqual({ kind: 'there' })
    expect(await machine.asked()).toBe('')
  })

  it('is told by the line that an administrator runs, where the job may not', async () => {
    const remedy =
      "sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends absent && usermod --add-subuids 700000-765535 --add-subgids 700000-765535 runner'"
    expect(await installBuilder(await host(1, ''))).toEqual({ kind: 'missing', remedy })
  })

  it('may walk through a closed home while it builds, and no longer', async () => {
    const home = join(root, 'home')
    const images = join(home, 'images')
    await mkdir(images, { recursive: true })
    await chmod(home, 0o750)
    const mode = async () => (await stat(home)).mode & 0o777
    {
      await using _passage = await openPassage(images)
      expect(await mode()).toBe(0o751)
    }
    expect(await mode()).toBe(0o750)
  })
})
