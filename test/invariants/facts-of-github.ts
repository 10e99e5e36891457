import type { GitHubStandIn } from '../github/stand-in.ts'

/** Everything that the stand-in knows of every repository, one fact per name. */
export async function factsOf(github: GitHubStandIn): Promise<ReadonlyMap<string, string>> {
  const facts = new Map<string, string>()
  for (const repository of github.state.repositories) {
    const note = (what: string, value: unknown) => facts.set(`${repository.name} ${what}`, JSON.stringify(value))
    for (const { ref, sha } of await github.refs(repository)) note(ref, sha)
    for (const { number, pull, ...issue } of repository.issues) {
      const kind = pull === undefined ? 'issue' : 'pull request'
      note(`${kind} ${number}`, [issue.title, issue.body, issue.state, pull?.headRef, pull?.baseRef])
      note(
        `${kind} ${number} labels`,
        issue.labels.map(({ name }) => name),
      )
    }
    for (const { id, issueNumber, user, body } of repository.comments) {
      note(`comment of ${user.type} on ${issueNumber}: ${id}`, body)
    }
    for (const { id, user, content, subject } of repository.reactions) {
      note(`reaction of ${user.type} to ${subject.kind}: ${id}`, content)
    }
    for (const { id, headSha, name, conclusion } of repository.checkRuns)
      note(`check ${id}`, [headSha, name, conclusion])
    for (const { commitSha, ref, tool, category, sarif } of repository.analyses)
      note(`analysis of ${ref}`, [commitSha, tool, category, sarif])
    for (const { name } of repository.labels) note(`label ${name}`, name)
    note('settings', [repository.private, repository.archived, repository.defaultBranch, [...repository.collaborators]])
    note('protected', [...repository.protectedBranches])
  }
  return facts
}

/** `+` came, `-` went, `~` changed; numbers that GitHub gave are left out. */
export function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const names = [...new Set([...before.keys(), ...after.keys()])]
  return names
    .filter((name) => before.get(name) !== after.get(name))
    .map(
      (name) => `${before.has(name) ? (after.has(name) ? '~' : '-') : '+'} ${name.replace(/(?<=[: ])\d{6,}$/, 'ID')}`,
    )
    .toSorted()
}
