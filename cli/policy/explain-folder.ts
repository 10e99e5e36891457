import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type PolicyText, policyPath } from '../../app/repo-policy/evaluate-policy.ts'
import { type Explanation, explainPolicy } from '../../app/repo-policy/explain-policy.ts'
import type { OperatorPolicy } from '../../app/repo-policy/operator/operator-policy.ts'
import { localTraits } from '../run/local-request.ts'

/** Larger ones are refused anyway. */
const mostBytes = 1024 * 1024

/** The policy that holds for a folder, of the operator's file and the one that lies there now, committed or not. */
export async function explainFolder(folder: string, operator: OperatorPolicy): Promise<Explanation> {
  const repository = await readPolicyIn(folder)
  return explainPolicy(operator, { organisation: { kind: 'none' }, repository }, localTraits(folder))
}

async function readPolicyIn(folder: string): Promise<PolicyText> {
  const path = join(folder, policyPath)
  const found = await stat(path).catch(() => null)
  if (found === null) return { kind: 'none' }
  if (!found.isFile() || found.size > mostBytes)
    return { kind: 'unreadable', why: 'it is not a file, or far too large' }
  return { kind: 'text', text: await readFile(path, 'utf8') }
}
