/**
 * Compares the licenses of what a change brings in with the policy's list: dependencies that it adds, or moves to
 * another version, and code that carries a license with it. Pure. What the lockfile says of a license is the word of
 * whoever wrote it; where nothing is said nothing passes.
 */
import type { Finding } from '../../contract/index.ts'
import type { Gate } from '../../pipeline/ports/index.ts'
import { printable } from '../change/printable.ts'
import { viewChange } from '../change/view-change.ts'
import { createFinding } from '../create-finding.ts'
import { checkCarried } from './carried/check-carried.ts'
import { changedDependencies, type Dependency } from './changed-dependencies.ts'
import { judgeLicense, type LicensePolicy, unreadableEntries } from './judge-license.ts'
import { resolveLicense } from './resolve-license.ts'

/** Names in one note; a new project brings hundreds. */
const mostNamed = 20

export const licensesGate: Gate = {
  name: 'licenses',
  async check(input) {
    const files = viewChange(input.changeSet)
    const carried = await checkCarried(files, input)
    const { added, unreadable } = changedDependencies(files)
    const licenses = input.policy.gates.licenses
    if (licenses.allow === undefined && licenses.deny === undefined) return [...summarise(added), ...carried]
    return [
      ...unreadableEntries(licenses).map(unreadableEntry),
      ...unreadable.map(unreadableLockfile),
      ...added.flatMap((dependency) => judge(dependency, licenses)),
      ...carried,
    ]
  },
}

function judge(dependency: Dependency, policy: LicensePolicy): Finding[] {
  const resolved = resolveLicense(dependency)
  if (resolved.kind === 'unlicensed') {
    return [
      dependencyFinding(
        dependency,
        'unlicensed',
        'hold',
        'is UNLICENSED: nobody but its owner may use it. Use another package, or have a person show the right to use it.',
      ),
    ]
  }
  if (resolved.kind === 'unresolved') {
    return [
      dependencyFinding(
        dependency,
        'unresolved',
        'hold',
        `has no known license: ${resolved.why}. Have a person look it up.`,
      ),
    ]
  }
  const standing = judgeLicense(resolved.expression, policy)
  const named = `\`${printable(resolved.expression, 60)}\``
  if (standing === 'unresolved') {
    return [
      dependencyFinding(
        dependency,
        'unresolved',
        'hold',
        `says ${named}, of which the policy says nothing certain. Have a person look at it.`,
      ),
    ]
  }
  if (standing === 'allowed') return []
  return [
    dependencyFinding(
      dependency,
      'forbidden',
      'block',
      `is under ${named}, which the policy does not allow. Use another package, or ask for the policy to be changed.`,
    ),
  ]
}

function dependencyFinding(dependency: Dependency, rule: string, severity: Finding['severity'], text: string): Finding {
  const { path, line } = dependency
  return createFinding({ gate: 'licenses', rule, severity, path, line, message: `${nameOf(dependency)} ${text}` })
}

function summarise(added: readonly Dependency[]): Finding[] {
  return [...Map.groupBy(added, ({ path }) => path)].map(([path, dependencies]) => {
    const names = dependencies
      .slice(0, mostNamed)
      .map((dependency) => `${nameOf(dependency)} (${licenseOf(dependency)})`)
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

function unreadableLockfile(path: string): Finding {
  const message =
    'This lockfile could not be read, so that nothing is known of the licenses in it. Let `npm install` write it again.'
  return createFinding({ gate: 'licenses', rule: 'unresolved', severity: 'hold', path, line: null, message })
}

function nameOf({ name, version }: Dependency): string {
  return `\`${printable(name, 60)}@${printable(version, 40)}\``
}

function licenseOf(dependency: Dependency): string {
  const resolved = resolveLicense(dependency)
  if (resolved.kind === 'expression') return printable(resolved.expression, 40)
  return resolved.kind === 'unlicensed' ? 'UNLICENSED' : 'license unknown'
}
