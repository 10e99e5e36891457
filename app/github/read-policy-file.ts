import { z } from 'zod'
import type { PolicyText } from '../repo-policy/evaluate-policy.ts'
import type { GitHubClient } from './github-client.ts'

const fileSchema = z.object({
  type: z.literal('file'),
  encoding: z.literal('base64'),
  size: z.int().max(256 * 1024),
  content: z.string(),
})

export interface PolicyFilePlace {
  readonly owner: string
  readonly repo: string
  readonly path: string
  /** A commit; left out: the default branch's. */
  readonly ref?: string
}

/** A policy as it is written somewhere. Throws GitHubError. */
export async function readPolicyFile(client: GitHubClient, where: PolicyFilePlace): Promise<PolicyText> {
  const found = await client.find('GET /repos/{owner}/{repo}/contents/{path}', { ...where })
  if (found === null) return { kind: 'none' }
  const file = fileSchema.safeParse(found)
  if (!file.success) return { kind: 'unreadable', why: 'it is not a file, or far too large' }
  return { kind: 'text', text: Buffer.from(file.data.content, 'base64').toString('utf8') }
}
