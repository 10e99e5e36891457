import { type LockEntry, nameAt } from './read-lockfile.ts'

/** The places of a lockfile that its own projects lead to, by the way in which `require` looks names up. */
export function reachEntries(packages: ReadonlyMap<string, LockEntry>): Set<string> {
  const projects = [...packages.keys()].filter((place) => nameAt(place) === null)
  const reached = new Set(projects)
  const pending = [...projects]
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    const entry = packages.get(place)
    if (entry === undefined) continue
    for (const target of targetsOf(packages, place, entry)) {
      if (reached.has(target)) continue
      reached.add(target)
      pending.push(target)
    }
  }
  return reached
}

function targetsOf(packages: ReadonlyMap<string, LockEntry>, place: string, entry: LockEntry): string[] {
  const names = [entry.dependencies, entry.optionalDependencies, entry.peerDependencies, entry.devDependencies]
  const found = names.flatMap((map) => Object.keys(map ?? {}).map((name) => lookUp(packages, place, name)))
  return found.filter((target) => target !== null)
}

function lookUp(packages: ReadonlyMap<string, LockEntry>, from: string, name: string): string | null {
  let folder = from
  for (;;) {
    const candidate = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`
    if (packages.has(candidate)) return candidate
    if (folder === '') return null
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))
  }
}
