import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CommandError, runCommand } from '../../../worker/process/run-command.ts'
import { buildImage } from '../../../worker/sandbox/image/build-image.ts'
import type { BuiltImage } from '../../../worker/sandbox/image/built-image.ts'
import { runToolsHook, writeToolsHook } from '../../../worker/sandbox/image/install-tools.ts'
import { imageFiles, readManifest } from '../../../worker/sandbox/image/manifest.ts'
import { miseConfig } from '../../../worker/sandbox/image/mise-tools.ts'
import { buildEnvironment, buildOptions, imageTimeoutMs } from './build-options.ts'

const own = fileURLToPath(new URL('../../../sandbox-images/', import.meta.url))
const tools = { 'npm:prettier': '3.6.2' }
const description = {
  from: 'minimal',
  npm: [
    {
      folder: 'node',
      programs: { node: 'node_modules/node-linux-*/bin/node', npm: 'node_modules/npm/bin/npm-cli.js' },
    },
    { folder: 'mise', programs: { mise: 'node_modules/@jdxcode/mise-linux-*/bin/mise' } },
  ],
  mise: tools,
  smoke: [
    ['/bin/sh', '-c', 'test "$(prettier --version)" = 3.6.2'],
    ['/bin/sh', '-c', 'mise ls --current | grep -F npm:prettier | grep -vF missing'],
  ],
}

/** A real build of a tool that npm has; mise knows it by its backend of that name. */
describe('tools by mise', { timeout: imageTimeoutMs }, () => {
  let folder: string
  let image: BuiltImage
  /** A copy of what was built. */
  let root: string

  beforeAll(async () => {
    folder = await mkdtemp('/tmp/airlock-mise-')
    const places = { minimal: 'minimal', 'base/node': 'tools/node', 'mise/mise': 'tools/mise' }
    for (const [from, to] of Object.entries(places)) await cp(join(own, from), join(folder, to), { recursive: true })
    await writeFile(join(folder, 'tools/image.yaml'), JSON.stringify(description))
    image = await buildImage('tools', { ...buildOptions(join(folder, 'images')), descriptions: folder })
    root = join(folder, 'root')
    await runCommand(['/usr/bin/cp', '-a', '--reflink=auto', image.rootfs, root])
  }, imageTimeoutMs)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  /** As the build does it, in the copy, from which whatever tools are there are taken first. */
  async function installAgain(wanted: Record<string, string>): Promise<void> {
    const work = await mkdtemp(join(folder, 'again-'))
    for (const path of ['share/mise', 'bin/prettier']) {
      await rm(join(root, 'usr/local', path), { recursive: true, force: true })
    }
    await writeFile(join(root, 'etc/mise/config.toml'), miseConfig(wanted))
    const hook = await writeToolsHook(wanted, work)
    if (hook === null) throw new TypeError('no tools')
    const signal = AbortSignal.timeout(imageTimeoutMs)
    await runToolsHook(hook, root, { temporary: work, env: buildEnvironment(), signal, onLine: () => {} })
  }

  it('work in a sandbox of the image, and are in its manifest and its SBOM', async () => {
    // The build has run the smoke test.
    const manifest = await readManifest(image.folder)
    const sbom = JSON.parse(await readFile(join(image.folder, imageFiles.sbom), 'utf8'))

    expect(manifest?.mise).toEqual(tools)
    expect(manifest?.npm).toEqual(
      expect.arrayContaining([expect.stringMatching(/^@jdxcode\/mise-linux-/), 'prettier@3.6.2']),
    )
    expect(sbom.packages).toContainEqual(
      expect.objectContaining({ name: 'prettier', versionInfo: '3.6.2', licenseDeclared: 'MIT' }),
    )
  })

  it('are the same each time, and tell no registry', async () => {
    await installAgain(tools)

    const both = [root, image.rootfs].map((one) => join(one, 'usr/local'))
    const differs = ['/usr/bin/diff', '--recursive', '--no-dereference', '--brief', ...both]
    expect((await runCommand(differs)).stdout.toString()).toBe('')
    const places = ['usr/local/share/mise', 'etc/mise'].map((place) => join(image.rootfs, place))
    const files = ['package.json', '.package-lock.json', '*.toml'].map((name) => `--include=${name}`)
    const found = runCommand(['/usr/bin/grep', '-rlE', ...files, '_?resolved|https?://registry', ...places])
    await expect(found).rejects.toMatchObject({ name: CommandError.name, exitCode: 1 })
  })

  it('that cannot be had end the build, by their names', async () => {
    const installed = installAgain({ ...tools, 'npm:prettier-of-nowhere-at-all': '1.2.3' })

    await expect(installed).rejects.toMatchObject({ name: 'ImageError', code: 'build-failed' })
    await expect(installed).rejects.toThrow(/npm:prettier-of-nowhere-at-all@1\.2\.3/)
  })

  it('at a version that mise would choose itself end the build', async () => {
    await expect(installAgain({ 'npm:prettier': '3.6' })).rejects.toThrow(/npm:prettier@3\.6 is no exact version/)
  })
})
