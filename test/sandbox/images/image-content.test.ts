import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CommandError, runCommand } from '../../../worker/process/run-command.ts'
import { requiredPrograms } from '../../../worker/sandbox/image/built-image.ts'
import { readDebianSources } from '../../../worker/sandbox/image/debian-sources.ts'
import { imageFiles, readManifest } from '../../../worker/sandbox/image/manifest.ts'
import { smokeTest } from '../../../worker/sandbox/image/smoke-test.ts'
import { buildOptions, imageTimeoutMs } from './build-options.ts'
import { builtImage } from './built-image.ts'

/** Lines that a program of the host prints about the image. */
async function ask(...argv: string[]): Promise<readonly string[]> {
  const { stdout } = await runCommand(argv, { env: { PATH: '/usr/sbin:/usr/bin:/bin', LC_ALL: 'C.UTF-8' } })
  return stdout.toString('utf8').split('\n').filter(Boolean)
}

/** grep's exit 1: it looked, and found none. */
const noMatch = (error: unknown) => {
  if (error instanceof CommandError && error.exitCode === 1) return []
  throw error
}

describe(
  'a built image',
  async () => {
    const store = await builtImage('minimal')
    const image = await store.find('minimal')
    if (image === null) throw new Error('it was built, and is not there')
    const { rootfs, tar, folder } = image
    const manifest = await readManifest(folder)

    it('is named by the digest of its tar, and has what every engine relies on', async () => {
      const hash = createHash('sha256')
      await pipeline(createReadStream(tar), hash)

      expect(hash.digest('hex')).toBe(image.digest)
      expect(manifest).toMatchObject({ name: 'minimal', digest: image.digest, npm: [] })
      for (const program of requiredPrograms) expect(await ask('readlink', '-e', join(rootfs, program))).toHaveLength(1)
      for (const place of ['workspace', 'home/airlock', 'opt/airlock', 'run/airlock', 'tmp'])
        expect(await ask('stat', '-c', '%F', join(rootfs, place))).toEqual(['directory'])
      expect(await readFile(join(rootfs, 'etc/resolv.conf'), 'utf8')).toBe('')
    })

    it('has no manual, and the folders without which a Java cannot be installed', async () => {
      const manuals = join(rootfs, 'usr/share/man')

      expect(await ask('find', manuals, '-type', 'f')).toEqual([])
      expect(await ask('stat', '-c', '%F', join(manuals, 'man1'))).toEqual(['directory'])
    })

    it('does not tell where its packages came from', async () => {
      const { sources } = await readDebianSources('bookworm')
      const hosts = [...sources.matchAll(/https?:\/\/([^/\s:]+)/g)].map(([, host = '']) => host)
      const words = [...new Set(hosts)].flatMap((host) => ['-e', host])
      const places = [
        join(rootfs, 'etc'),
        join(rootfs, 'var'),
        join(folder, imageFiles.manifest),
        join(folder, imageFiles.sbom),
      ]

      const found = await ask('grep', '-rlF', ...words, ...places).catch(noMatch)
      const control = await ask('grep', '-rlF', '-e', 'airlock', ...places)

      expect(found).toEqual([])
      expect(hosts.length).toBeGreaterThan(0)
      expect(control).toEqual(expect.arrayContaining([join(rootfs, 'etc/passwd'), join(folder, imageFiles.sbom)]))
    })

    it('has no set-uid program, no device, nothing that changes from build to build, and no file from the future', async () => {
      const odd = [
        '(',
        '-perm',
        '/6000',
        '-type',
        'f',
        ')',
        '-o',
        '-type',
        'b',
        '-o',
        '-type',
        'c',
        '-o',
        '-newermt',
        '2026-01-01 00:00:01',
      ]
      const changing = [
        'etc/machine-id',
        'var/log',
        'var/lib/apt/lists',
        'var/cache/apt/archives',
        'var/cache/ldconfig',
        'run',
      ]

      expect(await ask('find', rootfs, '-xdev', ...odd)).toEqual([])
      for (const path of changing) {
        const files = await ask('find', join(rootfs, path), '-type', 'f', '-size', '+0').catch(noMatch)
        expect(files, path).toEqual([])
      }
      expect((await ask('find', rootfs, '-xdev', '-type', 'f', '-perm', '/0111')).length).toBeGreaterThan(100)
    })

    it('lists its tar in order, with numbers for owners', async () => {
      const listed = await ask('tar', '--list', '--verbose', '--numeric-owner', `--file=${tar}`)
      const names = (await ask('tar', '--list', `--file=${tar}`)).map((name) => name.replace(/\/$/, ''))

      // A folder, what is in it, and then its next neighbour.
      const keys = names.map((name) => name.replaceAll('/', '\0'))

      expect(listed[0]).toMatch(/^drwxr-xr-x 0\/0 /)
      expect(names.length).toBeGreaterThan(1000)
      expect(new Set(names).size).toBe(names.length)
      expect(keys.toSorted()).toEqual(keys)
    })

    describe('in its smoke test', () => {
      let work: string

      beforeAll(async () => {
        work = await mkdtemp('/tmp/airlock-smoke-')
      })
      afterAll(() => rm(work, { recursive: true, force: true }))

      it('tells the command that did not work, and what it said', async () => {
        const lines: string[] = []
        const { makeEngine, signal } = buildOptions(work)
        const commands = [
          ['/bin/sh', '-c', 'id -u'],
          ['/bin/sh', '-c', 'echo no such thing >&2; exit 7'],
        ]

        const tested = smokeTest(image, commands, work, { makeEngine, signal, onLine: (line) => lines.push(line) })

        await expect(tested).rejects.toMatchObject({ name: 'ImageError', code: 'smoke-failed' })
        await expect(tested).rejects.toThrow(/image minimal, .* ended with exit 7: no such thing/)
        expect(lines).toHaveLength(2)
      })

      it('tells a command that went over a limit from one that somebody killed', async () => {
        const trial = (name: string, line: string) => smokeTest(image, [['/bin/sh', '-c', line]], join(work, name), run)
        const run = { ...buildOptions(work), onLine: () => {} }
        for (const name of ['loud', 'killed']) await mkdir(join(work, name), { mode: 0o711 })

        await expect(trial('loud', 'cat /dev/zero')).rejects.toThrow(/killed by the smoke test's limit on output: /)
        await expect(trial('killed', 'kill -KILL $$')).rejects.toThrow(/ended with SIGKILL: /)
      })
    })
  },
  imageTimeoutMs,
)
