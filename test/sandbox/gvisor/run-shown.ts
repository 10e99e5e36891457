/**
 * Shows a stored snapshot to a sandbox of class gvisor, as the user that this process belongs to, and writes what was
 * seen as one JSON object. The image has to be there.
 */
import { chmod, chown, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createGvisorEngine } from '../../../worker/sandbox/gvisor/create-gvisor-engine.ts'
import { createImageStore } from '../../../worker/sandbox/image/create-image-store.ts'
import { createOverlays } from '../../../worker/sandbox/overlay/create-overlays.ts'
import { createJobNamespaces } from '../../../worker/sandbox/overlay/job-namespaces.ts'
import { unmountBelow } from '../../../worker/sandbox/overlay/unmount-below.ts'
import { printFolders } from '../../../worker/seal/print-folders.ts'
import { removeTree } from '../../../worker/seal/remove-tree.ts'
import { createPlace, runIn, shell } from '../battery/sandbox-bench.ts'
import { imagesDir } from '../images/built-image.ts'
import { expectsOverlay } from '../overlay/expects-overlay.ts'

/** Each line may fail; none ends the others. */
const hostile = [
  'echo evil >d/a; echo new >d/new; chmod 0777 d; touch -d @1 d/a; ln d/a twin; truncate -s 0 large',
  'mknod gone c 0 0; mv d e; rm -rf e; ln -s / d; echo evil >~/cache',
  'ls; cat twin ~/cache',
].join('\n')

const folder = await mkdtemp('/tmp/airlock-gv-')
await chmod(folder, 0o711)
const stored = join(folder, 'stored')
const setupUser = process.getuid?.() === 0 ? 600_001 : null
for (const name of ['stored', 'stored/workspace', 'stored/workspace/d', 'stored/home']) await mkdir(join(folder, name))
const files = ['workspace/d/a', 'workspace/large', 'home/cache']
for (const name of files) await writeFile(join(stored, name), 'good\n')
for (const name of ['workspace', 'workspace/d', 'home', ...files]) {
  if (setupUser !== null) await chown(join(stored, name), setupUser, setupUser)
}
const printed = () => printFolders(stored, ['workspace', 'home'])

const namespaces = createJobNamespaces()
const images = createImageStore(imagesDir)
const engine = createGvisorEngine({ runDir: join(folder, 'run'), images, namespaces, now: Date.now })
const place = createPlace(engine, folder, 'minimal')
const spec = await place.spec()
const parent = dirname(spec.workspace)
await chmod(parent, 0o711)
const plan = { stored, folder: parent, owner: engine.fileOwner(spec.jobId) }
const refused = await createOverlays(namespaces).lay(plan, AbortSignal.timeout(60_000))
const before = printed()
const look = await runInNew('cat d/a ~/cache')
const attack = await runInNew(hostile)
const isSame = printed() === before
const outside = await readFile(join(namespaces.find(spec.workspace), 'twin'), 'utf8')
namespaces.release(folder)
await unmountBelow(folder)
await removeTree(folder)

const seen = { refused, look, attack, isSame, outside }
const expected = {
  refused: null,
  look: 'good\ngood\n',
  attack: 'd\nlarge\ntwin\nevil\nevil\n',
  isSame: true,
  outside: 'evil\n',
}
const judged = expectsOverlay() ? { seen, expected } : { seen: null, expected: null }
process.stdout.write(`${JSON.stringify({ name: 'shown', ...judged, ms: 0 })}\n`)

async function runInNew(line: string): Promise<string> {
  const sandbox = await engine.create(spec)
  const { out, err } = await runIn(sandbox, shell(line), { signal: AbortSignal.timeout(300_000) })
  await sandbox.destroy()
  return out === '' ? err : out
}
