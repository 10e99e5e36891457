import { join } from 'node:path'
import { runCommand } from '../process/run-command.ts'
import { layRepository } from './clean-repository.ts'
import type { Git } from './git-command.ts'

export interface LayOutInput {
  readonly mirror: string
  readonly workspace: string
  readonly baseSha: string
  readonly branch: string
  readonly owner: { readonly uid: number; readonly gid: number } | null
}

const timeoutMs = 300_000

/**
 * Highest of all attribute files: with it no line-end, keyword, encoding or filter of the repository's own changes a
 * byte, so that what is laid out and what is collected later compare with the blobs themselves.
 */
const attributes = '* -text -eol -ident -filter -working-tree-encoding\n'

/** For git inside the sandbox. `checkStat`: a copied snapshot keeps times and sizes, but neither inodes nor owners. */
const config = `[core]
	repositoryformatversion = 0
	bare = false
	checkStat = minimal
	trustctime = false
[gc]
	auto = 0
[maintenance]
	auto = false
[user]
	name = airlock
	email = airlock@localhost.invalid
`

/**
 * Lays the base commit out as plain files, with a `.git` of its own so that agents and tools can ask git for status
 * and differences. That `.git` is a gift: it holds copies of this one commit's objects, no remote, no hook and no
 * credential, and once a sandbox had it the host never reads it again.
 */
export async function layOut(git: Git, input: LayOutInput, signal: AbortSignal): Promise<void> {
  const { workspace, mirror, baseSha, branch } = input
  const gitDir = join(workspace, '.git')
  await layRepository(gitDir, {
    HEAD: `ref: refs/heads/${branch}\n`,
    config,
    shallow: `${baseSha}\n`,
    'info/attributes': attributes,
    'packed-refs': `# pack-refs with: peeled fully-peeled sorted \n${baseSha} refs/heads/${branch}\n`,
  })
  const pack = join(gitDir, 'objects/pack/pack')
  const packing = [`--git-dir=${mirror}`, 'pack-objects', '--quiet', '--revs', pack]
  await git(packing, { input: `${baseSha}\n`, timeoutMs, signal })
  const here = [`--git-dir=${gitDir}`, `--work-tree=${workspace}`]
  await git([...here, 'read-tree', '--reset', '-u', baseSha], { timeoutMs, signal })
  if (input.owner !== null) await giveTo(workspace, input.owner, signal)
}

/** Symlinks themselves change hands, never what they point to. */
async function giveTo(folder: string, owner: { uid: number; gid: number }, signal: AbortSignal): Promise<void> {
  await runCommand(['chown', '--recursive', '--no-dereference', '-P', `${owner.uid}:${owner.gid}`, folder], {
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    timeoutMs,
    signal,
  })
}
