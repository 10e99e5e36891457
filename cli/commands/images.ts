import { SandboxError } from '../../worker/pipeline/ports/index.ts'
import { removeEngineImage } from '../../worker/sandbox/container/remove-engine-image.ts'
import { buildImage } from '../../worker/sandbox/image/build-image.ts'
import { listImages } from '../../worker/sandbox/image/create-image-store.ts'
import { ImageError } from '../../worker/sandbox/image/image-error.ts'
import { readManifest } from '../../worker/sandbox/image/manifest.ts'
import { pruneImages } from '../../worker/sandbox/image/prune-images.ts'
import { createProcessEngine } from '../../worker/sandbox/process/create-process-engine.ts'
import { type Command, type Io, parseFlagsAndWords, UsageError } from '../command.ts'
import { describeImages } from '../images/describe-images.ts'
import { describePruned } from '../images/describe-pruned.ts'
import { parseSettings } from '../settings/parse-settings.ts'
import type { Settings } from '../settings/settings-schema.ts'
import { engineSocketOf } from '../wiring/create-engines.ts'
import { type DataFolders, dataDirOf, prepareDataFolders } from '../wiring/data-folders.ts'
import { toolEnvironment } from '../wiring/run-npm.ts'

const right = 'airlock images build base'

export const images: Command = {
  help: `
usage: airlock images build NAME [--json]   builds the image that sandbox-images/NAME describes, and tries it
       airlock images list [--json]         what was built on this machine
       airlock images prune [--json]        removes what later builds have replaced, unless a sandbox uses it

A build takes a minute or more and tells its progress on stderr. What it makes is named by its digest; jobs use the
one of a name that was built last.

examples:
  airlock images build base
  airlock images list --json
  airlock images prune

exit status: 0 done · 1 the build failed · 2 wrong usage`,
  async run(args, io) {
    const { values, positionals } = parseFlagsAndWords(args, { json: { type: 'boolean' } }, right)
    const [verb, name, ...more] = positionals
    const settings = parseSettings(io.env, [])
    const prepare = () => prepareDataFolders(dataDirOf(settings))
    if (verb === 'build') {
      if (name === undefined || more.length > 0) throw new UsageError('build takes the name of one image', right)
      return build(name, settings, await prepare(), values.json === true, io)
    }
    if (verb === 'list') {
      if (name !== undefined) throw new UsageError('list takes no name', 'airlock images list')
      const listed = await listImages((await prepare()).images)
      io.stdout(values.json === true ? `${JSON.stringify(listed)}\n` : describeImages(listed))
      return 0
    }
    if (verb === 'prune') {
      if (name !== undefined) throw new UsageError('prune takes no name', 'airlock images prune')
      return prune(settings, await prepare(), values.json === true, io)
    }
    throw new UsageError(
      verb === undefined ? 'a verb is needed: build, list or prune' : `there is no verb ${verb}`,
      right,
    )
  },
}

async function prune(settings: Settings, folders: DataFolders, json: boolean, io: Io): Promise<number> {
  const pruned = await pruneImages({
    imagesDir: folders.images,
    removeCopy: (image) => removeEngineImage(engineSocketOf(settings), image),
    now: Date.now(),
    signal: io.signal,
    onLine: (line) => io.stderr(`${line}\n`),
  })
  io.stdout(json ? `${JSON.stringify(pruned)}\n` : describePruned(pruned))
  return 0
}

async function build(name: string, settings: Settings, folders: DataFolders, json: boolean, io: Io): Promise<number> {
  try {
    const image = await buildImage(name, {
      imagesDir: folders.images,
      base: settings.AIRLOCK_IMAGE_BASE ?? null,
      env: toolEnvironment(io.env),
      makeEngine: (images) => createProcessEngine({ runDir: folders.sandboxes, hostTools: [], images, now: Date.now }),
      signal: io.signal,
      onLine: (line) => io.stderr(`${line}\n`),
    })
    const manifest = await readManifest(image.folder)
    io.stdout(
      json ? `${JSON.stringify({ folder: image.folder, manifest })}\n` : `${name} ${image.digest}\n${image.folder}\n`,
    )
    return 0
  } catch (error) {
    if (!(error instanceof ImageError || error instanceof SandboxError)) throw error
    if (error.code === 'description') throw new UsageError(error.message, right)
    io.stderr(`airlock: ${error.message}\n`)
    return 1
  }
}
