import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  defaultSuite,
  dpkgOptions,
  finishScript,
  fixedFiles,
  mountPoints,
  type Suite,
  sourceDateEpoch,
} from './image-content.ts'
import { ImageError } from './image-error.ts'
import { miseScript } from './mise-script.ts'
import { type MiseTools, miseProgram } from './mise-tools.ts'
import { type ImageDescription, readDescription } from './read-description.ts'

/** Everything that an image is made from: its own description and those of the images that it is from. */
export interface Recipe {
  readonly name: string
  readonly suite: Suite
  readonly debian: readonly string[]
  readonly npm: readonly NpmFolder[]
  /** By name. */
  readonly mise: MiseTools
  readonly env: Readonly<Record<string, string>>
  readonly smoke: readonly (readonly string[])[]
  /** SHA-256 of all the above and of the files of the npm folders: two equal recipes differ only by what mirrors hold. */
  readonly digest: string
}

export interface NpmFolder {
  readonly folder: string
  /** Absolute. */
  readonly path: string
  readonly programs: Readonly<Record<string, string>>
}

/** What of an npm folder an image is made from. A folder may hold more, which is not for the image. */
export const npmFiles = ['package.json', 'package-lock.json', '.npmrc'] as const

const maxDepth = 8

/** What every image has besides, in an order of its own: a module's order depends on who loads it. */
const ofEveryImage = { dpkgOptions, finishScript, fixedFiles, mountPoints, sourceDateEpoch }

export async function readRecipe(descriptions: string, name: string): Promise<Recipe> {
  const chain = await readChain(descriptions, name)
  const npm = chain.flatMap(({ name: image, description }) =>
    description.npm.map((entry) => ({ ...entry, path: join(descriptions, image, entry.folder) })),
  )
  assertDistinct(name, npm)
  const tools = chain.flatMap(({ description }) => Object.entries(description.mise))
  assertMise(name, tools.length, npm)
  const parts = {
    name,
    suite: chain.findLast(({ description }) => description.suite !== undefined)?.description.suite ?? defaultSuite,
    debian: [...new Set(chain.flatMap(({ description }) => description.debian))].sort(),
    npm,
    mise: Object.fromEntries([...new Map(tools)].sort()),
    env: Object.fromEntries(chain.flatMap(({ description }) => Object.entries(description.env))),
    smoke: chain.flatMap(({ description }) => description.smoke),
  }
  return { ...parts, digest: await digestOf(parts) }
}

interface Link {
  readonly name: string
  readonly description: ImageDescription
}

/** From the first image to the one that was asked for. */
async function readChain(descriptions: string, name: string): Promise<readonly Link[]> {
  const chain: Link[] = []
  for (let at: string | undefined = name; at !== undefined; ) {
    const seen: string = at
    if (chain.some((link) => link.name === seen) || chain.length === maxDepth) {
      throw new ImageError('description', `${name}: from: these images are from each other: break the circle`)
    }
    const description = await readDescription(descriptions, seen)
    chain.unshift({ name: seen, description })
    at = description.from
  }
  return chain
}

function assertDistinct(name: string, npm: readonly NpmFolder[]): void {
  for (const names of [npm.map(({ folder }) => folder), npm.flatMap(({ programs }) => Object.keys(programs))]) {
    const twice = names.find((one, index) => names.indexOf(one) !== index)
    if (twice !== undefined) throw new ImageError('description', `${name}: npm: ${twice} is there twice: rename one`)
  }
}

function assertMise(name: string, tools: number, npm: readonly NpmFolder[]): void {
  if (tools === 0 || npm.some(({ programs }) => Object.hasOwn(programs, miseProgram))) return
  const right = `from: mise, or an npm folder with ${miseProgram} among its programs`
  throw new ImageError('description', `${name}: mise: the image has no mise to install tools with: ${right}`)
}

async function digestOf(parts: Omit<Recipe, 'digest'>): Promise<string> {
  const { npm, mise, suite, ...rest } = parts
  const hash = createHash('sha256').update(JSON.stringify([{ ...ofEveryImage, suite }, rest]))
  for (const { folder, path, programs } of npm) {
    hash.update(JSON.stringify([folder, programs]))
    for (const file of npmFiles) {
      const content = await readFile(join(path, file)).catch(() => null)
      if (content === null && file !== '.npmrc') {
        throw new ImageError('description', `there is no ${join(path, file)}: npm install --package-lock-only makes it`)
      }
      hash.update(`\0${file}\0${content?.length ?? -1}\0`).update(content ?? '')
    }
  }
  return hash.update(miseScript(mise) ?? '').digest('hex')
}
