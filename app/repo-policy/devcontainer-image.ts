import { type ParseError, parse } from 'jsonc-parser'
import { z } from 'zod'
import type { FileLevels, PolicyText } from './evaluate-policy.ts'
import { matchesName } from './operator/match-name.ts'
import type { OperatorPolicy } from './operator/operator-policy.ts'

/** Where a repository has its one dev container; the first that is there counts. Several by name decide on nothing. */
export const devcontainerPaths = ['.devcontainer/devcontainer.json', '.devcontainer.json'] as const

const fileSchema = z.looseObject({ image: z.string().max(500) })

/** Whether the image of a repository's dev container decides: the operator maps some, and no level names one itself. */
export function asksForDevcontainer({ file, level }: OperatorPolicy, levels: FileLevels): boolean {
  const isMapped = Object.keys(file['devcontainer-images']).length > 0
  return isMapped && [level, ...levels].every((one) => one?.file.image === undefined)
}

/** What the first of these files that is there names; undefined where it names no image that can be read. */
export async function readDevcontainerImage(read: (path: string) => Promise<PolicyText>): Promise<string | undefined> {
  for (const path of devcontainerPaths) {
    const found = await read(path)
    if (found.kind === 'text') return imageIn(found.text)
    if (found.kind === 'unreadable') return undefined
  }
  return undefined
}

function imageIn(text: string): string | undefined {
  const errors: ParseError[] = []
  const value: unknown = parse(text, errors, { allowTrailingComma: true })
  return errors.length > 0 ? undefined : fileSchema.safeParse(value).data?.image
}

/** What the operator has in place of an image, whatever its tag or digest; undefined where nothing is mapped to. */
export function mapDevcontainerImage(
  { file }: Pick<OperatorPolicy, 'file'>,
  image: string | undefined,
): string | undefined {
  if (image === undefined) return undefined
  const name = nameOf(image)
  return Object.entries(file['devcontainer-images']).find(([glob]) => matchesName(glob, name))?.[1]
}

/** Without tag and digest; a registry's port stays. */
function nameOf(image: string): string {
  const [tagged = ''] = image.split('@', 1)
  const colon = tagged.indexOf(':', tagged.lastIndexOf('/') + 1)
  return colon === -1 ? tagged : tagged.slice(0, colon)
}
