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
  return (await listRefs(gitDir, ref)).find((found) => found.ref === ref)
}

/** False where the ref is there already, also when two ask at once. */
export async function createRef(gitDir: string, ref: string, sha: string): Promise<boolean> {
  return (await gitMaybe(gitDir, ['update-ref', ref, sha, NO_COMMIT])) !== undefined
}

export async function updateRef(gitDir: string, ref: string, sha: string): Promise<void> {
  await gitText(gitDir, ['update-ref', ref, sha])
}

export async function deleteRef(gitDir: string, ref: string): Promise<void> {
  await gitText(gitDir, ['update-ref', '-d', ref])
}

export async function isValidRef(gitDir: string, ref: string): Promise<boolean> {
  return (await gitMaybe(gitDir, ['check-ref-format', ref])) !== undefined
}

export async function isAncestor(gitDir: string, older: string, newer: string): Promise<boolean> {
  return (await gitMaybe(gitDir, ['merge-base', '--is-ancestor', older, newer])) !== undefined
}

/** Workflow files that the commits bring which no ref of the repository reaches yet. */
export async function newWorkflowFiles(gitDir: string, sha: string): Promise<string[]> {
  const commits = (await gitText(gitDir, ['rev-list', sha, '--not', '--all'])).split('\n').filter((line) => line !== '')
  const lists = commits.map((commit) =>
    gitText(gitDir, [
      'diff-tree',
      '--no-commit-id',
      '--name-only',
      '-r',
      '-m',
      '--root',
      commit,
      '--',
      '.github/workflows',
    ]),
  )
  return (await Promise.all(lists)).flatMap((list) => list.split('\n')).filter((path) => path !== '')
}
