import { instructionRoot } from './instruction-root.ts'
import type { KeptFiles, TrustedFile } from './ports/index.ts'

export interface Swap {
  /** Files and folders that go, whatever is in them. */
  readonly remove: readonly string[]
  readonly write: readonly TrustedFile[]
  /** What lies in the workspace then: unchanged, it is not the agent's work. */
  readonly kept: KeptFiles
}

/** How the instructions that lie in a workspace become those that are trusted. A file that is the same already stays. */
export function planSwap(present: KeptFiles, trusted: readonly TrustedFile[]): Swap {
  const wanted = new Map(trusted.map((file) => [file.path, file.fingerprint]))
  const remove = new Set<string>()
  for (const [path, fingerprint] of present) {
    const root = instructionRoot(path)
    if (root !== null && wanted.get(path) !== fingerprint) remove.add(root)
  }
  const kept = new Map([...present].filter(([path]) => !remove.has(instructionRoot(path) ?? '')))
  const write = trusted.filter((file) => !kept.has(file.path) && !isBlocked(file.path, kept))
  for (const { path, fingerprint } of write) kept.set(path, fingerprint)
  return { remove: [...remove], write, kept }
}

/** Where the pull request has a file or symlink in place of a folder, its own work is not taken away for this. */
function isBlocked(path: string, files: KeptFiles): boolean {
  const names = path.split('/')
  return names.some((_, index) => index > 0 && files.has(names.slice(0, index).join('/')))
}
