import type { Owner } from '../pipeline/ports/index.ts'

/** A stored snapshot, and the folder of one attempt that it is to be seen through. */
export interface OverlayPlan {
  /** The snapshot's folder, with `workspace` and `home` in it, all of which belong to one user. */
  readonly stored: string
  /** The folder around a job's `workspace` and `home`. What is in them already lies over what is stored. */
  readonly folder: string
  /** As whose it is seen. */
  readonly owner: Owner
}

/** How a snapshot is shown to a job instead of copied. Whoever removes the job's folders unmounts first. */
export interface Overlays {
  /** Why none can be had here, as far as that is known; null: nothing speaks against it. */
  whyNot(): string | null
  /**
   * Takes away every extended attribute below these folders: they were not searched, and a copy would not have them.
   * False: one stayed, or not all of it belongs to one user.
   */
  bare(folders: readonly string[], signal: AbortSignal): Promise<boolean>
  /** Returns why it cannot be; then everything is as it was. */
  lay(plan: OverlayPlan, signal: AbortSignal): Promise<string | null>
}
