import known from './known-releases.json' with { type: 'json' }

/** By repository, in small letters, each commit's release. */
const releases = new Map(
  Object.entries<string[]>(known).map(([name, lines]) => [
    name.toLowerCase(),
    new Map(lines.map((line): [string, string] => [line.slice(-40), line.slice(0, -41)])),
  ]),
)

/** The release whose commit it is; an action may lie in a folder of its repository. */
export function knownRelease(name: string, commit: string): string | undefined {
  return of(name)?.get(commit.toLowerCase())
}

export function isKnownRepository(name: string): boolean {
  return of(name) !== undefined
}

function of(name: string) {
  return releases.get(name.toLowerCase().split('/', 2).join('/'))
}
