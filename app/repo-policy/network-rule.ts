import { type NetworkEntry, type NetworkRule, networkEntryName } from '../../worker/contract/index.ts'
import { coversEntry } from './network-entry.ts'

/**
 * Does an entry of a level above include this one of a level below? A list of methods or paths covers only what is
 * listed itself. Credentials are not looked at: which secret may go where is a question of its own.
 */
export function coversNetwork(allowed: NetworkEntry, asked: NetworkEntry): boolean {
  if (!coversEntry(networkEntryName(allowed), networkEntryName(asked))) return false
  if (typeof allowed === 'string') return true
  const { methods, paths }: Pick<NetworkRule, 'methods' | 'paths'> = typeof asked === 'string' ? {} : asked
  return (
    coversAll(allowed.methods, methods, (one, other) => one === other) && coversAll(allowed.paths, paths, coversPath)
  )
}

/** Without a list everything is allowed, or asked for. */
function coversAll<T>(
  allowed: readonly T[] | undefined,
  asked: readonly T[] | undefined,
  covers: (allowed: T, asked: T) => boolean,
): boolean {
  if (allowed === undefined) return true
  return asked?.every((entry) => allowed.some((candidate) => covers(candidate, entry))) ?? false
}

/** The same pattern, or one below a plain folder: `/acme/**` covers `/acme/tools/*`. */
function coversPath(allowed: string, asked: string): boolean {
  const folder = allowed.endsWith('/**') ? allowed.slice(0, -2) : null
  return allowed === asked || (folder !== null && !folder.includes('*') && asked.startsWith(folder))
}
