import { readdir } from 'node:fs/promises'
import { ownDescriptions, upToDate } from '../../worker/sandbox/image/build-image.ts'
import { readRecipe } from '../../worker/sandbox/image/read-recipe.ts'

/**
 * Under what an image is kept for later runs: another description is another one, and so is another month, because a
 * build takes the packages of its day. Null: the machine has it, and nothing needs to be fetched or kept.
 */
export async function imageKey(name: string, imagesDir: string, now: Date): Promise<string | null> {
  const recipe = await readRecipe(ownDescriptions, name)
  if ((await upToDate(imagesDir, recipe)) !== null) return null
  return `${name}-${recipe.digest.slice(0, 16)}-${now.toISOString().slice(0, 7)}`
}

/** What is wrong with a name, and which would be right; null: nothing. */
export async function whyNoImage(name: string): Promise<string | null> {
  const known = (await readdir(ownDescriptions)).toSorted()
  if (known.includes(name)) return null
  return `image: there is no image ${JSON.stringify(name)}. Right would be one of ${known.join(', ')}, or none at all for class process`
}
