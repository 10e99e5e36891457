/**
 * Finds credentials in what a change adds: the job's own values exactly, in every way of writing them, and the
 * token formats of providers. Pure: what it knows comes in, nothing is read.
 *
 * Nothing inside the repository can switch it off: no comment, no configuration file. No message shows any part of
 * a secret, and a file whose name holds one is not named.
 */
import type { Finding } from '../../contract/index.ts'
import type { Gate, GateFinding } from '../../pipeline/ports/index.ts'
import { viewChange } from '../change/view-change.ts'
import { createFinding } from '../create-finding.ts'
import { findCredentialStore } from './credential-store.ts'
import { createKnownValues } from './known-values.ts'
import { findSecretsIn } from './secret-findings.ts'
import { findSecretNames, secretNameFinding } from './secret-names.ts'

export const secretsGate: Gate = {
  name: 'secrets',
  async check(input) {
    const known = createKnownValues(input.knownSecrets)
    const findings: GateFinding[] = known.tooShort.map((name) => unsearchable(name))
    for (const what of (await findSecretNames(input)).values()) findings.push(secretNameFinding(what))
    for (const file of viewChange(input.changeSet)) {
      const certain = known.find(file)
      const alike = (await findSecretsIn(file)).filter((one) => !certain.some(({ line }) => line === one.line))
      findings.push(...certain, ...alike, ...findCredentialStore(file))
    }
    return findings
  },
}

function unsearchable(name: string): Finding {
  return createFinding({
    gate: 'secrets',
    rule: 'secret-too-short',
    severity: 'hold',
    path: null,
    line: null,
    message: `The secret ${name} is too short to be searched for. Use a longer value, or look at the change yourself.`,
  })
}
