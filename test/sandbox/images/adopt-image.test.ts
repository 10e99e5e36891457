import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { arch } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adoptImage } from '../../../worker/sandbox/image/adopt-image.ts'
import { createImageStore } from '../../../worker/sandbox/image/create-image-store.ts'
import { packImage } from '../../../worker/sandbox/image/pack-image.ts'
import { type Recipe, readRecipe } from '../../../worker/sandbox/image/read-recipe.ts'

let root: string
let recipe: Recipe
let good: string
let count = 0
beforeAll(async () => {
  root = await mkdtemp('/tmp/airlock-adopt-')
  await mkdir(join(root, 'descriptions', 'tiny'), { recursive: true })
  await writeFile(join(root, 'descriptions', 'tiny', 'image.yaml'), 'env: { GREETING: hello }\n')
  recipe = await readRecipe(join(root, 'descriptions'), 'tiny')
  const files = join(root, 'files')
  await mkdir(join(files, 'etc'), { recursive: true })
  await writeFile(join(files, 'etc', 'motd'), 'hello\n')
  good = join(root, 'good')
  await mkdir(good)
  await pack(good, ['-C', files, '.'])
})
afterAll(() => rm(root, { recursive: true, force: true }))

/** What a build leaves of these files, in a folder: whole, with the digest that they have. */
async function pack(folder: string, tarArguments: readonly string[], manifest: object = {}) {
  const tar = join(folder, 'root.tar')
  execFileSync('tar', ['--create', '--absolute-names', `--file=${tar}`, ...tarArguments])
  const bytes = await readFile(tar)
  const facts = {
    ...{ version: 1, name: 'tiny', digest: createHash('sha256').update(bytes).digest('hex'), recipe: recipe.digest },
    ...{ architecture: arch() === 'arm64' ? 'arm64' : 'amd64', bytes: bytes.length, env: { GREETING: 'hello' } },
    ...{ debian: {}, npm: [], mise: {}, ...manifest },
  }
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(facts))
  await writeFile(join(folder, 'sbom.spdx.json'), '{}')
}

/** A copy of what was kept, changed by whoever may write there, and what a runner does with it. */
async function adopt(change: (packed: string) => Promise<unknown>) {
  count += 1
  const [packed, imagesDir] = [join(root, `packed-${count}`), join(root, `images-${count}`)]
  await cp(good, packed, { recursive: true })
  await change(packed)
  const adopted = await adoptImage(recipe, packed, { imagesDir, signal: AbortSignal.timeout(60_000) })
  return { adopted, found: await createImageStore(imagesDir).find('tiny') }
}

const edit = (packed: string, facts: object) =>
  readFile(join(packed, 'manifest.json'), 'utf8').then((text) =>
    writeFile(join(packed, 'manifest.json'), JSON.stringify({ ...JSON.parse(text), ...facts })),
  )

describe('an image that was kept on another machine', () => {
  it('is taken where it is as it was built, and can be kept again', async () => {
    const { adopted, found } = await adopt(async () => {})

    expect(adopted).toMatchObject({ kind: 'adopted', image: { name: 'tiny' } })
    expect(await readFile(join(found?.rootfs ?? '', 'etc/motd'), 'utf8')).toBe('hello\n')
    expect(found?.env).toMatchObject({ GREETING: 'hello' })
    if (found === null) throw new Error('it is not in the store')
    const again = join(root, 'again')
    await packImage(found, again)
    expect(await readFile(join(again, 'root.tar'))).toEqual(await readFile(join(good, 'root.tar')))
  })

  it('is nothing where nothing was kept', async () => {
    const { adopted, found } = await adopt((packed) => rm(packed, { recursive: true }))
    expect(adopted).toEqual({ kind: 'nothing' })
    expect(found).toBeNull()
  })

  it.each<[attack: string, why: string, change: (packed: string) => Promise<unknown>]>([
    ['a file of it is another one', 'do not have its digest', (packed) => poison(join(packed, 'root.tar'))],
    ['it says that it is another image', 'is image other', (packed) => edit(packed, { name: 'other' })],
    ['another description made it', 'another description', (packed) => edit(packed, { recipe: '0'.repeat(64) })],
    ['it is for another processor', 'another processor', (packed) => edit(packed, { architecture: 'riscv64' })],
    ['a variable loads a library', 'variables', (packed) => edit(packed, { env: { LD_PRELOAD: '/workspace/x.so' } })],
    ['its manifest is none', 'manifest', (packed) => writeFile(join(packed, 'manifest.json'), '{"version":')],
    ['its tar is a link to a file of the host', 'no file root.tar', (packed) => linkToHost(join(packed, 'root.tar'))],
    ['it brings a program with set-uid', 'set-uid', withSetUid],
    ['it would write beside its own folder', 'cannot be unpacked', withEscape],
  ])('is refused where %s', async (_attack, why, change) => {
    const { adopted, found } = await adopt(change)

    expect(adopted).toEqual({ kind: 'refused', why: expect.stringContaining(why) })
    expect(found).toBeNull()
    await expect(access(join(root, `images-${count}`, 'tiny', 'escaped'))).rejects.toThrow('ENOENT')
  })
})

async function poison(path: string) {
  const bytes = await readFile(path)
  await writeFile(path, Buffer.from(bytes.toString('latin1').replace('hello\n', 'hostl\n'), 'latin1'))
}

async function linkToHost(path: string) {
  await rm(path)
  await symlink('/etc/passwd', path)
}

/** Whole in itself: whoever forges an image forges its digest too. */
async function withSetUid(packed: string) {
  const files = join(root, 'set-uid')
  await mkdir(files)
  await writeFile(join(files, 'sh'), '#!/bin/sh\n')
  await chmod(join(files, 'sh'), 0o4755)
  await pack(packed, ['-C', files, '.'])
}

async function withEscape(packed: string) {
  await writeFile(join(root, 'escaped'), 'out\n')
  await pack(packed, ['-C', join(root, 'files'), '../escaped'])
}
