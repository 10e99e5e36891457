import type { Finding } from '../../contract/index.ts'
import type { GateInput } from '../../pipeline/ports/index.ts'
import { plainText } from '../change/derived-text.ts'
import { createFinding } from '../create-finding.ts'
import { searchText } from './detect/find-secrets.ts'
import { createKnownValues } from './known-values.ts'
import { askSecretlint } from './second-opinion.ts'

/** Paths that the change adds and whose very name holds a secret, with what it is. They may be shown to nobody. */
export async function findSecretNames({ changeSet, knownSecrets }: GateInput): Promise<Map<string, string>> {
  const paths = changeSet.files.filter(({ before, after }) => before === null && after !== null).map(({ path }) => path)
  const known = createKnownValues(knownSecrets)
  const found = new Map<string, string>()
  // One scan for all names: each stands on a line of its own.
  const lines = plainText(paths.map((path) => path.replaceAll(/[\r\n]/g, ' ')).join('\n'))
  const { matches, suspects } = searchText(lines.text)
  const certain = matches.filter(({ certainty }) => certainty === 'certain')
  for (const { start, what } of [...(await askSecretlint(lines.text, suspects, '')), ...certain]) {
    const path = paths[lines.lineAt(start) - 1]
    if (path !== undefined) found.set(path, what)
  }
  for (const path of paths) {
    const name = known.inText(path)
    if (name !== null) found.set(path, `the value of the job's secret ${name}`)
  }
  return found
}

export function secretNameFinding(what: string): Finding {
  return createFinding({
    gate: 'secrets',
    rule: 'secret-in-name',
    severity: 'block',
    path: null,
    line: null,
    message: `The name of a new file holds a credential: ${what}. It is not shown here. Rename the file, and revoke the credential.`,
  })
}
