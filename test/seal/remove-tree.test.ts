import { access, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../../worker/process/run-command.ts'
import { removeTree } from '../../worker/seal/remove-tree.ts'

/** Folder in folder, further down than any path can name. */
const dig = `for (1 .. 300) { mkdir "d" x 20 or die; chdir "d" x 20 or die } open(my $file, ">", "bottom") or die`

describe('removing a tree', () => {
  it('removes folders that lie too deep to be named', async () => {
    const path = await mkdtemp(join(tmpdir(), 'airlock-deep-'))
    await runCommand(['/usr/bin/perl', '-e', dig], { cwd: path })

    await removeTree(path)

    await expect(access(path)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
