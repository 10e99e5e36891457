import type { ChangeSet, PackageVersion, Policy } from '../../contract/index.ts'
import { viewChange } from '../change/view-change.ts'
import { changedDependencies } from '../dependencies/changed-dependencies.ts'
import { identifyPackage, isAmongPackages } from './identify-package.ts'

/** The packages of a change whose license the policy wants to know. Without a list of licenses nobody is asked. Pure. */
export function packagesToAsk(changeSet: ChangeSet, { gates: { licenses } }: Policy): PackageVersion[] {
  if (licenses.allow === undefined && licenses.deny === undefined) return []
  const settled = [...(licenses.exempt ?? []), ...(licenses.denyPackages ?? [])]
  const asked = new Map<string, PackageVersion>()
  for (const dependency of changedDependencies(viewChange(changeSet)).added) {
    const identified = isAmongPackages(dependency, settled) ? null : identifyPackage(dependency)
    if (identified?.kind === 'package') asked.set(identified.key, identified.asked)
  }
  return [...asked.values()]
}
