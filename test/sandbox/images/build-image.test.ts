import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeBuildFolder } from '../../../worker/sandbox/image/build-folder.ts'
import { buildImage } from '../../../worker/sandbox/image/build-image.ts'
import type { BuiltImage } from '../../../worker/sandbox/image/built-image.ts'
import { listImages } from '../../../worker/sandbox/image/create-image-store.ts'
import { readManifest } from '../../../worker/sandbox/image/manifest.ts'
import { buildOptions, imageTimeoutMs } from './build-options.ts'
import { builtImage } from './built-image.ts'

/** Everything alive that has this folder in its command line: mmdebstrap, and what it starts. */
async function buildersOf(folder: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.filter((line) => line.includes(folder))
}

describe('a build', () => {
  /** Nobody but its owner gets in here, not even apt's own user: what is built must not depend on that. */
  let locked: string
  let imagesDir: string
  let known: BuiltImage | null

  beforeAll(async () => {
    locked = await mkdtemp('/tmp/airlock-images-')
    imagesDir = join(locked, 'images')
    await mkdir(imagesDir)
    known = await (await builtImage('minimal')).find('minimal')
  }, imageTimeoutMs)

  afterAll(() => rm(locked, { recursive: true, force: true }))

  const left = async () => (await readdir(join(imagesDir, 'minimal'))).filter((name) => name !== 'latest')

  it('that is stopped leaves nothing', async () => {
    const stop = new AbortController()
    const lines: string[] = []
    const onLine = (line: string) => {
      lines.push(line)
      if (line.startsWith('I: downloading')) stop.abort()
    }

    const built = buildImage('minimal', { ...buildOptions(imagesDir), signal: stop.signal, onLine })

    await expect(built).rejects.toMatchObject({ name: 'ImageError', code: 'cancelled' })
    expect(lines.some((line) => line.startsWith('I: running apt-get update'))).toBe(true)
    expect(await left()).toEqual([])
    expect(await buildersOf(imagesDir)).toEqual([])
  })

  it('whose builder is killed with -9 dies with it, and the next one removes what it left', async () => {
    const script = fileURLToPath(new URL('./abandon-build.ts', import.meta.url))
    const builder = spawn(process.execPath, [script, imagesDir], { stdio: ['ignore', 'pipe', 'inherit'] })
    for await (const line of createInterface({ input: builder.stdout })) if (line.startsWith('I: downloading')) break
    const during = { folders: await left(), builders: (await buildersOf(imagesDir)).length }

    builder.kill('SIGKILL')
    await once(builder, 'exit')
    await expect.poll(() => buildersOf(imagesDir), { timeout: 10_000 }).toEqual([])
    await using _next = await makeBuildFolder(join(imagesDir, 'minimal'))

    expect(during.folders).toHaveLength(1)
    expect(during.builders).toBeGreaterThan(0)
    expect(await left()).not.toEqual(expect.arrayContaining(during.folders))
  })

  it(
    'of the same recipe gives the same digest, unless the mirror has other packages by now',
    async () => {
      const first = await buildImage('minimal', buildOptions(imagesDir))
      const manifest = await readManifest(first.folder)
      const moved =
        JSON.stringify(manifest?.debian) !== JSON.stringify((await readManifest(known?.folder ?? ''))?.debian)
      const other = moved ? await buildImage('minimal', buildOptions(imagesDir)) : known

      expect(first.digest).toBe(other?.digest)
      expect(await left()).toEqual([first.digest])
      expect(await listImages(imagesDir)).toMatchObject([{ manifest, folder: first.folder, latest: true }])
    },
    imageTimeoutMs,
  )
})
