import { readDebianSources } from './debian-sources.ts'
import type { Suite } from './image-content.ts'
import { ImageError } from './image-error.ts'
import { findEngine, runEngineBuild } from './run-engine-build.ts'
import { hasMmdebstrap, runMmdebstrap } from './run-mmdebstrap.ts'

export interface RootPlan {
  readonly suite: Suite
  readonly packages: readonly string[]
  /** A tar that is unpacked over the installed packages. */
  readonly overlay: string
  /** A program that gets the new root file system as its argument, after all that; null: none. */
  readonly toolsHook: string | null
  /** The tar that is made. */
  readonly target: string
}

export interface RootRun {
  /** An empty folder for temporary files; must be on a disk with some gigabytes. */
  readonly temporary: string
  /** What an Engine builds on, by digest; null: none was named. */
  readonly base: string | null
  /** Proxies and the like, from the machine. */
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly onLine: (line: string) => void
}

/** Makes a root file system as a tar, with what this machine has for it. */
export async function makeRoot(plan: RootPlan, run: RootRun): Promise<void> {
  if (await hasMmdebstrap()) return runMmdebstrap({ ...plan, sources: await readDebianSources(plan.suite) }, run)
  const engine = await findEngine(run.env.PATH ?? '')
  if (engine !== null) return runEngineBuild(engine, plan, run)
  throw new ImageError(
    'builder-missing',
    'nothing here can build an image: apt-get install -y mmdebstrap, or install Docker or Podman',
  )
}
