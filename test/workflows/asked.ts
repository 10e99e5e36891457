import type { Repository } from '../github/state/entities.ts'
import type { Ended, Runner } from './runner.ts'

export const writesOneFile = 'agent: command\ncommand: [sh, -c, "echo fixed > fixed.txt"]\nsetup: { run: [] }\n'

/** A repository in which ada may write. */
export async function repositoryWith(
  { github }: Runner,
  name: string,
  policy = writesOneFile,
  more: Readonly<Record<string, string>> = {},
): Promise<Repository> {
  const files = { 'README.md': 'a repository\n', '.github/airlock.yml': policy, ...more }
  const repository = await github.createRepository({ name, files })
  github.addCollaborator(repository, 'ada', 'write')
  return repository
}

/** Ada opens an issue and labels it. */
export async function labelled({ github }: Runner, repository: Repository, title = 'Mend it') {
  const { issue } = await github.openIssue(repository, { by: 'ada', title, body: 'It is broken.' })
  const { delivery } = await github.label(repository, issue.number, { by: 'ada', name: 'airlock' })
  return { issue, delivery }
}

export async function branchesOf({ github }: Runner, repository: Repository): Promise<string[]> {
  return (await github.refs(repository)).map(({ ref }) => ref).filter((ref) => ref.startsWith('refs/heads/'))
}

/** Fails with what the job printed, where it did not end well. */
export function expectGood({ code, log }: Ended): void {
  if (code !== 0) throw new Error(`the job ended with ${code}:\n${log}`)
}
