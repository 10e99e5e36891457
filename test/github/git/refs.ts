import { objectType } from './objects.ts'
import { isPlainRef, readRefFile, writeRefFile } from './ref-files.ts'
import { gitMaybe, gitText } from './run-git.ts'

export interface Ref {
  readonly ref: string
  readonly sha: string
  readonly type: string
}

const FORMAT = '%(refname) %(objectname) %(objecttype)'
const NO_COMMIT = '0'.repeat(40)

/** Every ref below `prefix`; a prefix may end in the middle of a name, as in GitHub's matching-refs. */
export async function listRefs(gitDir: string, prefix = 'refs/'): Promise<Ref[]> {
  const out = await gitText(gitDir, ['for-each-ref', `--format=${FORMAT}`, 'refs/'])
  return out
    .split('\n')
    .filter((line) => line.startsWith(prefix))
    .map((line) => {
      const [ref = '', sha = '', type = ''] = line.split(' ')
      return { ref, sha, type }
    })
}

export async function readRef(gitDir: string, ref: string): Promise<Ref | undefined> {
  const sha = await readRefFile(gitDir, ref)
  if (sha === undefined) return (await listRefs(gitDir, ref)).find((found) => found.ref === ref)
  const type = sha === null ? undefined : await objectType(gitDir, sha)
  return sha === null || type === undefined ? undefined : { ref, sha, type }
}

/** False where the ref is there already, also when two ask at once. */
export async function createRef(gitDir: string, ref: string, sha: string): Promise<boolean> {
  const made = await writeRefFile(gitDir, ref, sha, { isNew: true })
  return made ?? (await gitMaybe(gitDir, ['update-ref', ref, sha, NO_COMMIT])) !== undefined
}

export async function updateRef(gitDir: string, ref: string, sha: string): Promise<void> {
  const written = await writeRefFile(gitDir, ref, sha, { isNew: false })
  if (written === undefined) await gitText(gitDir, ['update-ref', ref, sha])
}

export async function deleteRef(gitDir: string, ref: string): Promise<void> {
  await gitText(gitDir, ['update-ref', '-d', ref])
}

export async function isValidRef(gitDir: string, ref: string): Promise<boolean> {
  return isPlainRef(ref) || (await gitMaybe(gitDir, ['check-ref-format', ref])) !== undefined
}

export async function isAncestor(gitDir: string, older: string, newer: string): Promise<boolean> {
  return (await gitMaybe(gitDir, ['merge-base', '--is-ancestor', older, newer])) !== undefined
}
