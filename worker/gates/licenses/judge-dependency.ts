import type { Finding, Policy } from '../../contract/index.ts'
import type { RegistryAnswer, RegistryAnswers } from '../../pipeline/ports/index.ts'
import { printable } from '../change/printable.ts'
import { createFinding } from '../create-finding.ts'
import type { Dependency } from '../dependencies/changed-dependencies.ts'
import { identifyPackage, isAmongPackages } from './identify-package.ts'
import { judgeLicense } from './judge-license.ts'
import { judgeAll, nameLicense } from './name-license.ts'

type Lists = Policy['gates']['licenses']
type Found = Extract<RegistryAnswer, { kind: 'found' }>

/** What may not come in at all, by name. A range may mean the version that is denied: a person has to look. */
export function judgeName(dependency: Dependency, denied: readonly string[]): Finding[] {
  if (isAmongPackages(dependency, denied)) {
    const text = 'is denied by the policy. Use another package, or ask for the policy to be changed.'
    return [dependencyFinding(dependency, 'denied-package', 'block', text)]
  }
  if (dependency.exact || !denied.some((url) => isAmongPackages(dependency, [url.replace(/@[^@/]*$/, '')]))) return []
  const text = 'may be a version that the policy denies. Have a lockfile say which version it is.'
  return [dependencyFinding(dependency, 'denied-package', 'hold', text)]
}

/** What the policy's list says of a dependency's license, by the registry's word. */
export async function judgeDependency(
  dependency: Dependency,
  lists: Lists,
  answers: RegistryAnswers,
): Promise<Finding[]> {
  if (dependency.elsewhere === null && isAmongPackages(dependency, lists.exempt ?? [])) return []
  const identified = identifyPackage(dependency)
  if (identified.kind === 'unknown') return [unresolved(dependency, identified.why)]
  const answer = answers.get(identified.key)
  if (answer === undefined) return [unresolved(dependency, 'no registry was asked')]
  if (answer.kind === 'unknown') return [unresolved(dependency, answer.why)]
  if (answer.kind === 'missing') return [unresolved(dependency, 'its registry has no such version')]
  if (answer.content === 'other') return [otherContent(dependency)]
  if (answer.content === 'unsaid' && dependency.elsewhere !== null) {
    const from = printable(dependency.elsewhere, 60)
    return [unresolved(dependency, `it comes from \`${from}\`, and nothing shows that its registry has the same`)]
  }
  return judgeFound(dependency, lists, answer)
}

async function judgeFound(dependency: Dependency, lists: Lists, { license }: Found): Promise<Finding[]> {
  const named = await nameLicense(license)
  if (named.kind === 'unresolved') return [unresolved(dependency, named.why)]
  if (named.kind === 'unlicensed') {
    const text =
      'is UNLICENSED: nobody but its owner may use it. Use another package, or have a person show the right to use it.'
    return [dependencyFinding(dependency, 'unlicensed', 'hold', text)]
  }
  const standing = judgeAll(named.expressions, lists)
  const said = named.expressions.map((one) => `\`${printable(one, 60)}\``).join(', ')
  const lie = contradiction(dependency, named.expressions)
  const also = lie === null ? '' : ` Its lockfile says \`${printable(lie, 60)}\` all the same.`
  if (standing === 'forbidden') {
    const mend = 'Use another package, or ask for the policy to be changed.'
    const text = `is under ${said}, which the policy does not allow.${also} ${mend}`
    return [dependencyFinding(dependency, 'forbidden', 'block', text)]
  }
  if (standing === 'unresolved') {
    const text = `is under ${said}, of which the policy says nothing certain.${also} Have a person look at it.`
    return [dependencyFinding(dependency, 'unresolved', 'hold', text)]
  }
  if (lie === null) return []
  const severity = judgeLicense(lie, lists) === 'allowed' ? 'note' : 'hold'
  const text = `is under ${said} by its registry, and under \`${printable(lie, 60)}\` by its lockfile. Let the package manager write the lockfile again.`
  return [dependencyFinding(dependency, 'declared-otherwise', severity, text)]
}

/** The lockfile's word, where it is another than the registry's. */
function contradiction({ declared }: Dependency, expressions: readonly string[]): string | null {
  const said = declaredText(declared)
  return said === null || expressions.some((one) => plain(one) === plain(said)) ? null : said
}

export function declaredText(declared: unknown): string | null {
  if (typeof declared === 'string') return declared.trim() || null
  if (!Array.isArray(declared) || declared.length === 0) return null
  return declared.every((one) => typeof one === 'string') ? declared.join(' OR ') : null
}

function plain(expression: string): string {
  return expression.replaceAll(/[()]/g, ' ').replaceAll(/\s+/g, ' ').trim().toLowerCase()
}

function otherContent(dependency: Dependency): Finding {
  const text =
    'has another content in the lockfile than in its registry, so that its license is not known. Let the package manager write the lockfile again.'
  return dependencyFinding(dependency, 'other-content', 'hold', text)
}

function unresolved(dependency: Dependency, why: string): Finding {
  const text = `has no known license: ${why}. Have a person look it up.`
  return dependencyFinding(dependency, 'unresolved', 'hold', text)
}

function dependencyFinding(dependency: Dependency, rule: string, severity: Finding['severity'], text: string): Finding {
  const { path, line } = dependency
  return createFinding({ gate: 'licenses', rule, severity, path, line, message: `${nameOf(dependency)} ${text}` })
}

export function nameOf({ name, version }: Dependency): string {
  return `\`${printable(name, 60)}@${printable(version, 40)}\``
}
