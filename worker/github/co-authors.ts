import type { JobRequest } from '../contract/index.ts'

const loginForm = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,99})$/

/**
 * Everybody who asked, as GitHub credits them: by the address that it keeps for an account. They are no authors, so that
 * GitHub still signs the commit as the App's.
 */
export function coAuthorTrailers({ actor, joined = [] }: Pick<JobRequest, 'actor' | 'joined'>, apiUrl: string): string {
  const host = new URL(apiUrl).hostname
  const domain = `users.noreply.${host === 'api.github.com' ? 'github.com' : host}`
  const people = new Map([actor, ...joined.map((other) => other.actor)].map((person) => [person.id, person]))
  return [...people.values()]
    .filter(({ login }) => loginForm.test(login))
    .map(({ id, login }) => `Co-authored-by: ${login} <${id}+${login}@${domain}>\n`)
    .join('')
}
