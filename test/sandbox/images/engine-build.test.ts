import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../../worker/process/run-command.ts'
import { createEngineClient } from '../../../worker/sandbox/container/engine-client.ts'
import { type OwnEngine, startOwnEngine } from '../../../worker/sandbox/container/own-engine.ts'
import { buildOverlay } from '../../../worker/sandbox/image/build-overlay.ts'
import { describeImage } from '../../../worker/sandbox/image/create-image-store.ts'
import { readRecipe } from '../../../worker/sandbox/image/read-recipe.ts'
import { runEngineBuild } from '../../../worker/sandbox/image/run-engine-build.ts'
import { smokeTest } from '../../../worker/sandbox/image/smoke-test.ts'
import { takeStock } from '../../../worker/sandbox/image/take-stock.ts'
import { unpackTar } from '../../../worker/sandbox/image/unpack-tar.ts'
import { buildOptions, imageTimeoutMs } from './build-options.ts'
import { makeDebianBase } from './debian-base.ts'
import { serveBase } from './serve-base.ts'

const own = fileURLToPath(new URL('../../../sandbox-images/', import.meta.url))

/** What both of them build on. */
let debian: string
let tar: string
beforeAll(async () => {
  debian = await mkdtemp('/tmp/airlock-debian-')
  tar = await makeDebianBase(debian)
}, imageTimeoutMs)
afterAll(() => rm(debian, { recursive: true, force: true }))

/** A real Engine builds a real image, on a Debian that it finds by digest: Docker in a registry, Podman in its store. */
describe.each(['docker', 'podman'] as const)('a build by %s', (kind) => {
  let folder: string
  let engine: OwnEngine
  let base: string
  let registry: AsyncDisposable | undefined

  beforeAll(async () => {
    folder = await mkdtemp('/tmp/airlock-eb-')
    engine = await startOwnEngine(kind, join(folder, 'e'))
    if (kind === 'docker') {
      const served = await serveBase(tar)
      registry = served
      base = served.name
    } else {
      await createEngineClient(engine.socket).importImage('localhost/debian:12', tar)
      const { argv, env } = engine.client
      const asked = [...argv, 'image', 'inspect', '--format', '{{.Digest}}', 'localhost/debian:12']
      base = `localhost/debian@${(await runCommand(asked, { env })).stdout.toString().trim()}`
    }
    await cp(join(own, 'minimal'), join(folder, 'minimal'), { recursive: true })
    await mkdir(join(folder, 'mine'))
    await writeFile(join(folder, 'mine/image.yaml'), 'from: minimal\ndebian: [jq]\nsmoke: [[jq, --version]]')
  }, imageTimeoutMs)
  afterAll(async () => {
    await registry?.[Symbol.asyncDispose]()
    await engine.stop()
    await rm(folder, { recursive: true, force: true })
  })

  async function build(on: string, work: string) {
    const { env, signal, onLine } = buildOptions(folder)
    for (const name of ['', 'overlay', 'tmp', 'smoke']) await mkdir(join(work, name), { mode: 0o711 })
    const recipe = await readRecipe(folder, 'mine')
    const overlay = await buildOverlay(recipe, join(work, 'overlay'), { env, signal, onLine })
    const target = join(work, 'root.tar')
    const led = { ...env, DOCKER_HOST: `unix://${engine.socket}`, CONTAINER_HOST: `unix://${engine.socket}` }
    await runEngineBuild(
      `/usr/bin/${kind}`,
      { suite: recipe.suite, packages: recipe.debian, overlay, toolsHook: null, target },
      { temporary: join(work, 'tmp'), base: on, env: { ...led, DOCKER_CONFIG: work }, signal, onLine },
    )
    return { recipe, target }
  }

  const left = async () => {
    const { argv, env } = engine.client
    const list = async (...args: string[]) => (await runCommand([...argv, ...args], { env })).stdout.toString()
    return (await list('ps', '--all', '--quiet')) + (await list('images', '--format', '{{.Repository}}'))
  }

  it(
    'makes an image that works in a sandbox, with the packages of its description, and leaves nothing in the Engine',
    async () => {
      const work = join(folder, 'work')
      const { recipe, target } = await build(base, work)

      const rootfs = join(work, 'rootfs')
      await unpackTar(target, rootfs, AbortSignal.timeout(imageTimeoutMs))
      const { manifest } = await takeStock(recipe, target, rootfs)
      expect(manifest.debian).toMatchObject({ jq: expect.any(String), 'perl-base': expect.any(String) })
      await smokeTest(describeImage(work, manifest), recipe.smoke, join(work, 'smoke'), buildOptions(folder))
      expect((await readFile(join(rootfs, 'etc/passwd'), 'utf8')).match(/^airlock:.*:1000:1000:/gm)).toHaveLength(1)
      expect(await readFile(join(rootfs, 'etc/resolv.conf'), 'utf8')).toBe('')
      expect(await left()).not.toContain('airlock-build')
    },
    imageTimeoutMs,
  )

  it(
    'on what has another digest than was named ends',
    async () => {
      const other = base.replace(/.{8}$/, '01234567')

      await expect(build(other, join(folder, 'other'))).rejects.toMatchObject({ code: 'build-failed' })
      expect(await left()).not.toContain('airlock-build')
    },
    imageTimeoutMs,
  )
})
