import { printablePath } from './printable-path.ts'
import type { WalkResult } from './walk-result.ts'

/** Ends a walk from within with a result that is not a change. Caught where the walk began. */
export class WalkEnd extends Error {
  override readonly name = 'WalkEnd'
  readonly result: WalkResult

  constructor(result: WalkResult) {
    super(result.kind)
    this.result = result
  }

  static unsafe(path: string, why: string): WalkEnd {
    return new WalkEnd({ kind: 'unsafe', path: printablePath(path), why })
  }

  static overBudget(path: string | null, why: string): WalkEnd {
    return new WalkEnd({ kind: 'over-budget', path: path === null ? null : printablePath(path), why })
  }

  /** What the file system refused the worker: named by errno, never followed up. */
  static unreadable(path: string, error: unknown): WalkEnd {
    const errno = error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error'
    return WalkEnd.unsafe(path, `it cannot be read: ${errno}`)
  }
}
