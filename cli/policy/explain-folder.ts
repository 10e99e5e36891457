import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readDevcontainerImage } from '../../app/repo-policy/devcontainer-image.ts'
import { type PolicyText, policyPath } from '../../app/repo-policy/evaluate-policy.ts'
import { type Explanation, explainPolicy } from '../../app/repo-policy/explain-policy.ts'
import type { OperatorPolicy } from '../../app/repo-policy/operator/operator-policy.ts'
import { localTraits } from '../run/local-request.ts'

/** Larger ones are refused anyway. */
const mostBytes = 1024 * 1024

/** The policy that holds for a folder, of the operator's file and what lies there now, committed or not. */
export async function explainFolder(folder: string, operator: OperatorPolicy): Promise<Explanation> {
  const repository = await readIn(folder, policyPath)
  const devcontainerImage = await readDevcontainerImage((path) => readIn(folder, path))
  const traits = localTraits(folder, devcontainerImage)
  return explainPolicy(operator, { organisation: { kind: 'none' }, repository }, traits)
}

async function readIn(folder: string, path: string): Promise<PolicyText> {
  const full = join(folder, path)
  const found = await stat(full).catch(() => null)
  if (found === null) return { kind: 'none' }
  if (!found.isFile() || found.size > mostBytes)
    return { kind: 'unreadable', why: 'it is not a file, or far too large' }
  return { kind: 'text', text: await readFile(full, 'utf8') }
}
