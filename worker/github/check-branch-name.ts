import { HandoffError } from '../pipeline/ports/index.ts'

const component = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/**
 * The only refs that are ever created: plain names below `airlock/`. The name is made by the host, but what it is made
 * from is not, so it is held against what git, GitHub and a shell could misread.
 */
export function checkBranchName(branch: string, defaultBranch: string): void {
  const [prefix, ...rest] = branch.split('/')
  const plain = rest.every((part) => component.test(part) && !part.includes('..') && !/(\.|\.lock)$/i.test(part))
  if (prefix !== 'airlock' || rest.length === 0 || branch.length > 200 || !plain) {
    throw new HandoffError('rejected', 'a branch outside of airlock/ is never created')
  }
  if (branch === defaultBranch) throw new HandoffError('rejected', 'the default branch is never written to')
}
