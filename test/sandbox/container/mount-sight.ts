import { chown, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../../../worker/process/run-command.ts'
import { printFolders } from '../../../worker/seal/print-folders.ts'
import { expectsOverlay } from '../overlay/expects-overlay.ts'
import type { ContainerBench } from './container-bench.ts'

const script = fileURLToPath(new URL('show-stored.ts', import.meta.url))
const setupUser = 600_001
const parts = ['workspace', 'home']
/** Where the kernel or the file system shows nothing, nothing is mounted that an Engine could miss. */
const refused = expect.objectContaining({ refused: expect.any(String), before: true, after: true })
/** As a worker in a container of its own has it: what it mounts, the Engine does not see. */
const elsewhere = ['unshare', '--mount', '--propagation', 'private']

/** What a worker mounts, on an Engine that sees it and on one that does not. */
export function describeMountSight(benchOf: () => ContainerBench): void {
  describe('a stored folder that is shown to a container', () => {
    async function store(name: string): Promise<string> {
      const root = join(benchOf().folder, name)
      for (const path of ['', 'stored', 'stored/home', 'stored/workspace', 'stored/workspace/d']) {
        await mkdir(join(root, path), { mode: 0o711 })
      }
      await writeFile(join(root, 'stored/workspace/d/a'), 'stored\n')
      for (const path of ['home', 'workspace', 'workspace/d', 'workspace/d/a']) {
        await chown(join(root, 'stored', path), setupUser, setupUser)
      }
      return root
    }

    async function show(root: string, head: readonly string[] = []): Promise<unknown> {
      const env = { PATH: process.env.PATH ?? '' }
      const { stdout } = await runCommand([...head, process.execPath, script, benchOf().socket, root], { env })
      return JSON.parse(stdout.toString('utf8'))
    }

    it('is seen without being copied, and keeps all that the job does out of it', async () => {
      const root = await store('seen')
      const before = printFolders(join(root, 'stored'), parts)

      const shown = await show(root)

      const out = 'stored\nmine\nmine\n1\n'
      const left = { processes: 0, mounts: 0, groups: 0 }
      const seen = { refused: null, before: true, ran: { out, err: '', left }, after: true }
      expect(shown).toEqual(expectsOverlay() ? seen : refused)
      expect(printFolders(join(root, 'stored'), parts)).toBe(before)
      expect(await readFile(join(root, 'stored/workspace/d/a'), 'utf8')).toBe('stored\n')
    })

    it('is found missing where the Engine is in another mount namespace, and the next job gets a copy', async () => {
      const shown = await show(await store('unseen'), elsewhere)

      const error = expect.stringContaining('the Engine does not see what the worker mounts')
      const missed = { refused: null, before: true, ran: { error }, after: false }
      expect(shown).toEqual(expectsOverlay() ? missed : refused)
    })
  })
}
