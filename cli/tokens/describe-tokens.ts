import type { ApiToken } from '../../worker/contract/index.ts'
import { terminalText } from '../terminal-text.ts'

/** What may be told of a token: not its digest, from which a short one could be guessed. */
export function shownToken({ digest: _, ...entry }: ApiToken) {
  return entry
}

/** A line for each. */
export function describeTokens(entries: readonly ApiToken[]): string {
  if (entries.length === 0) return 'there is no token\n'
  const lines = entries.map(({ id, user, repositories, expiresAt, note }) => {
    const names = repositories.map(({ owner, name }) => `${owner}/${name}`).join(', ')
    return `${id}  ${user.login}  ${names}  until ${expiresAt.slice(0, 10)}${note === '' ? '' : `  ${note}`}`
  })
  return `${terminalText(lines.join('\n'))}\n`
}
