/**
 * A worker of whatever user runs this, for the test of one that is not root: two sandboxes one after the other, and
 * what each of them saw, as one JSON object.
 */
import { chmod, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../../../worker/process/run-command.ts'
import { createImageStore } from '../../../worker/sandbox/image/create-image-store.ts'
import { createMicrovmEngine } from '../../../worker/sandbox/microvm/create-microvm-engine.ts'
import { createPlace, runIn, shell } from '../battery/sandbox-bench.ts'
import { expectsOverlay } from '../overlay/expects-overlay.ts'
import { imagesDir, microvmRunDir } from './microvm-bench.ts'
import { createShownWorld, plantFile } from './shown-job.ts'

const folder = await mkdtemp('/tmp/airlock-vm-user-')
const runDir = join(folder, 'run')
await mkdir(runDir)
// What this user would otherwise fetch with apt.
await runCommand(['cp', '-r', join(microvmRunDir, 'kernel'), join(runDir, 'kernel')])
const engine = createMicrovmEngine({ runDir, images: createImageStore(imagesDir), now: Date.now })
const place = createPlace(engine, folder, 'minimal')
const facts =
  'id -u; cat before; echo made > after; mkdir closed; chmod 000 closed; cat /proc/sys/kernel/random/boot_id'
const seen = []

/** A job that sees what an earlier one's setup left below its own files. */
async function runShown() {
  await using world = await createShownWorld(async ({ workspace }) => plantFile(workspace, 'left/file', 'stored\n'))
  const { namespaces } = world
  const engine = createMicrovmEngine({ runDir, images: createImageStore(imagesDir), namespaces, now: Date.now })
  const jobId = 'vmshown00001'
  const folders = await world.lay(jobId, engine.fileOwner(jobId), { own: 'own\n' })
  await using sandbox = await engine.create({ ...(await place.spec({ wallMs: 300_000 })), ...folders, jobId })
  const changes = `cat left/file own; perl -e 'rename("left", "moved") or die $!'; echo more >>moved/file`
  const run = await runIn(sandbox, shell(`grep -c ^none./workspace.overlay /proc/mounts; ${changes}`))
  const workspace = namespaces.find(folders.workspace)
  return {
    ...{ out: run.out, err: run.err, names: (await readdir(workspace)).sort() },
    file: await readFile(join(workspace, 'moved/file'), 'utf8'),
    isAsStored: world.isAsStored(),
    proof: await sandbox.destroy(),
  }
}

try {
  for (const _ of ['first', 'second']) {
    const spec = await place.spec({ wallMs: 300_000 })
    await writeFile(join(spec.workspace, 'before'), 'from the host\n')
    await chmod(join(spec.workspace, 'before'), 0o400)
    const sandbox = await engine.create(spec)
    const run = await runIn(sandbox, shell(facts))
    const again = await runIn(sandbox, shell('cat after'))
    const proof = await sandbox.destroy()
    const after = await readFile(join(spec.workspace, 'after'), 'utf8')
    const [user, before, boot] = run.out.trim().split('\n')
    seen.push({ user, before, boot, exitCode: run.exitCode, again: again.out, after, proof })
  }
  const shown = expectsOverlay() ? await runShown() : null
  process.stdout.write(JSON.stringify({ worker: process.getuid?.(), seen, shown }))
} finally {
  await place.destroyAll()
  await runCommand(['chmod', '-R', 'u+rwx', folder])
  await runCommand(['rm', '-rf', folder])
}
