import { codeOwnersPaths, mostCodeOwnersBytes } from './code-owners.ts'
import type { Job } from './job.ts'
import { type MaterialisedBase, SourceError } from './ports/index.ts'

/** The default branch's CODEOWNERS where GitHub would look for it; null: there is none, or it is far too large. */
export async function readCodeOwners(
  { request, ports, attempt }: Job,
  base: Pick<MaterialisedBase, 'sha' | 'tree'> | null,
): Promise<string | null> {
  if (request.subject === null || request.continues !== undefined) return null
  if (request.policy.handoff.reviewers?.includes('codeowners') === false) return null
  const sha = request.instructionsSha ?? request.base.sha
  if (base?.sha === sha) {
    return firstOf(await base.tree.read(codeOwnersPaths, mostCodeOwnersBytes, attempt.signal))
  }
  try {
    const isWanted = (path: string) => codeOwnersPaths.includes(path)
    const files = await ports.source.trusted(request, sha, isWanted, attempt.signal)
    const small = files.filter(({ content }) => content.length <= mostCodeOwnersBytes)
    return firstOf(new Map(small.map(({ path, content }) => [path, Buffer.from(content).toString('utf8')])))
  } catch (error) {
    // Who is asked for review is no reason to give up what was made.
    if (!(error instanceof SourceError)) throw error
    return null
  }
}

function firstOf(texts: ReadonlyMap<string, string>): string | null {
  return codeOwnersPaths.map((path) => texts.get(path)).find((text) => text !== undefined) ?? null
}
