import { type ChangeSet, type GateResult, keyOfPackage, type Outcome } from '../../contract/index.ts'
import { evaluateGates, verdictOf } from '../../gates/evaluate-gates.ts'
import { mostLicenseBytes, ownLicensePaths } from '../../gates/licenses/carried/own-licenses.ts'
import { packagesToAsk } from '../../gates/licenses/packages-to-ask.ts'
import { end, type Job } from '../job.ts'
import type { RegistryAnswers } from '../ports/index.ts'
import type { Cloned } from './clone.ts'
import type { Prepared } from './prepare.ts'

const dayOf = (now: number) => new Date(now).toISOString().slice(0, 10)

/** Asks every gate. */
export async function gate(
  job: Job,
  prepared: Pick<Prepared, 'secrets'>,
  cloned: { readonly base: Pick<Cloned['base'], 'tree' | 'files' | 'paths'> },
  changeSet: ChangeSet,
): Promise<readonly GateResult[]> {
  const { tree, files, paths = [] } = cloned.base
  const texts = await tree.read(ownLicensePaths(paths), mostLicenseBytes, job.attempt.signal)
  const { policy } = job.request
  const registries = await askRegistries(job, changeSet)
  const input = { changeSet, policy, knownSecrets: prepared.secrets, base: { files, paths, texts }, registries }
  const results = await evaluateGates(job.ports.gates, input, { today: dayOf(job.ports.now()) })
  job.facts.gates = results
  for (const finding of results.flatMap((result) => result.findings)) job.audit.append('finding', { ...finding })
  return results
}

/** Names that an agent wrote leave the host here: the record says which, and what came of each. */
async function askRegistries(job: Job, changeSet: ChangeSet): Promise<RegistryAnswers> {
  const packages = packagesToAsk(changeSet, job.request.policy)
  if (packages.length === 0) return new Map()
  const answers = await job.ports.registries.ask(packages, job.attempt.signal)
  const asked = packages.map((one) => {
    const { ecosystem, name, version } = one
    return [`${ecosystem} ${name}@${version}`, answers.get(keyOfPackage(one))?.kind ?? 'unasked']
  })
  job.audit.append('registries', { asked })
  return answers
}

/** How a job ends whose change may not be published as it is; null where it may. */
export function endOfVerdict(results: readonly GateResult[]): Outcome | null {
  const verdict = verdictOf(results)
  if (verdict === 'publish') return null
  const worst = results.flatMap((result) => result.findings).find((finding) => finding.severity === verdict)
  const detail = worst && [worst.path, worst.message].filter(Boolean).join(': ')
  if (verdict === 'hold') return end('held', 'gate-hold', detail).end
  return end('blocked', worst?.rule === 'gate-error' ? 'gate-error' : 'gate-block', detail).end
}
