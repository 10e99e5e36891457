/**
 * Compares the licenses of what a change brings in with the policy's list: dependencies that it adds, or moves to
 * another version, and code that carries a license with it. Pure. What a dependency's license is the registries say,
 * which were asked before; what the lockfile says is the word of whoever wrote it. Where nothing is known nothing passes.
 */
import type { Finding } from '../../contract/index.ts'
import type { Gate } from '../../pipeline/ports/index.ts'
import { printable } from '../change/printable.ts'
import { viewChange } from '../change/view-change.ts'
import { createFinding } from '../create-finding.ts'
import { changedDependencies, type Dependency } from '../dependencies/changed-dependencies.ts'
import { checkCarried } from './carried/check-carried.ts'
import { declaredText, judgeDependency, judgeName, nameOf } from './judge-dependency.ts'
import { unreadableEntries } from './judge-license.ts'

/** Names in one note; a new project brings hundreds. */
const mostNamed = 20

export const licensesGate: Gate = {
  name: 'licenses',
  async check(input) {
    const files = viewChange(input.changeSet)
    const carried = await checkCarried(files, input)
    const { added, unreadable } = changedDependencies(files)
    const licenses = input.policy.gates.licenses
    const denied = added.flatMap((dependency) => judgeName(dependency, licenses.denyPackages ?? []))
    const hasList = licenses.allow !== undefined || licenses.deny !== undefined
    if (!hasList) {
      const unread = licenses.denyPackages === undefined ? [] : unreadable.map(unreadableFile)
      return [...summarise(added), ...unread, ...denied, ...carried]
    }
    const judged: Finding[] = []
    for (const dependency of added) judged.push(...(await judgeDependency(dependency, licenses, input.registries)))
    return [
      ...unreadableEntries(licenses).map(unreadableEntry),
      ...unreadable.map(unreadableFile),
      ...denied,
      ...judged,
      ...carried,
    ]
  },
}

function summarise(added: readonly Dependency[]): Finding[] {
  return [...Map.groupBy(added, ({ path }) => path)].map(([path, dependencies]) => {
    const names = dependencies.slice(0, mostNamed).map((dependency) => `${nameOf(dependency)}${declaredBy(dependency)}`)
    const more = dependencies.length > mostNamed ? ` and ${dependencies.length - mostNamed} more` : ''
    const message = `New here, or of another version: ${names.join(', ')}${more}. No list of licenses is set.`
    return createFinding({ gate: 'licenses', rule: 'new-dependencies', severity: 'note', path, line: null, message })
  })
}

function unreadableEntry(entry: string): Finding {
  const message = `The policy lists \`${printable(entry, 60)}\`, which is no SPDX license id, so that it cannot be applied. Write the id as SPDX spells it.`
  return createFinding({
    gate: 'licenses',
    rule: 'unreadable-policy',
    severity: 'block',
    path: null,
    line: null,
    message,
  })
}

function unreadableFile(path: string): Finding {
  const message =
    'This file could not be read, so that nothing is known of the packages in it and their licenses. Let the package manager write it again.'
  return createFinding({ gate: 'licenses', rule: 'unresolved', severity: 'hold', path, line: null, message })
}

function declaredBy({ declared }: Dependency): string {
  const said = declaredText(declared)
  return said === null ? '' : ` (${printable(said, 40)})`
}
