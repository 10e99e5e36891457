import { Buffer } from 'node:buffer'

/** What an operator's own `.npmrc` says of registries. */
export interface NpmAccess {
  /** Addresses by scope, such as `@acme`. */
  readonly scopes: ReadonlyMap<string, string>
  /** The credential for an address, as a header; empty where there is none for this very host and path. */
  headersFor(address: URL): Readonly<Record<string, string>>
}

const assignment = /^\s{0,20}([^\s=;#][^=]{0,500}?)\s{0,20}=\s{0,20}(.{0,4000})$/
const scoped = /^(@[^:/\s]{1,200}):registry$/
const credential = /^(\/\/.{1,400}?\/?):(_authToken|_auth|username|_password)$/

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the texts of `.npmrc` files, the one that counts most first. `${NAME}` stands for a variable of the operator's;
 * what names one that is not set counts as not there. A token belongs to the host and path that it is written for. Pure.
 */
export function readNpmAccess(texts: readonly string[], env: Environment): NpmAccess {
  const entries = new Map(texts.toReversed().flatMap((text) => [...entriesOf(text, env)]))
  const scopes = new Map<string, string>()
  const places = new Map<string, Map<string, string>>()
  for (const [key, value] of entries) {
    const scope = scoped.exec(key)?.[1]
    if (scope !== undefined) scopes.set(scope, value)
    const [, place, kind = ''] = credential.exec(key) ?? []
    if (place === undefined) continue
    const root = place.endsWith('/') ? place : `${place}/`
    places.set(root, (places.get(root) ?? new Map<string, string>()).set(kind, value))
  }
  return {
    scopes,
    headersFor({ host, pathname }): Readonly<Record<string, string>> {
      const path = `//${host}${pathname.endsWith('/') ? pathname : `${pathname}/`}`
      const [nearest] = [...places.keys()].filter((root) => path.startsWith(root)).sort((a, b) => b.length - a.length)
      const authorization = nearest === undefined ? null : authorizationOf(places.get(nearest) ?? new Map())
      return authorization === null ? {} : { authorization }
    },
  }
}

function* entriesOf(text: string, env: Environment): Generator<[string, string]> {
  for (const line of text.split(/\r?\n/)) {
    const [, key, written = ''] = assignment.exec(line) ?? []
    if (key === undefined) continue
    let isWhole = true
    const value = written
      .trim()
      .replace(/^(["'])(.*)\1$/, '$2')
      .replaceAll(/\$\{(\w{1,100})\}/g, (_all, name: string) => {
        isWhole &&= env[name] !== undefined
        return env[name] ?? ''
      })
    if (isWhole) yield [key, value]
  }
}

function authorizationOf(said: ReadonlyMap<string, string>): string | null {
  const [token, pair] = [said.get('_authToken'), said.get('_auth')]
  if (token !== undefined) return `Bearer ${token}`
  if (pair !== undefined) return `Basic ${pair}`
  const [user, password] = [said.get('username'), said.get('_password')]
  if (user === undefined || password === undefined) return null
  const plain = `${user}:${Buffer.from(password, 'base64').toString('utf8')}`
  return `Basic ${Buffer.from(plain).toString('base64')}`
}
