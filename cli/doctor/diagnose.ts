import type { Isolation } from '../../worker/contract/index.ts'
import { hostImage, type SandboxEngine, SandboxError } from '../../worker/pipeline/ports/index.ts'
import type { ImageStore } from '../../worker/sandbox/image/built-image.ts'
import { findProbeImage } from '../../worker/sandbox/posture/find-probe-image.ts'
import { runProbes } from '../../worker/sandbox/probes.ts'
import type { EngineDiagnosis } from './describe-diagnosis.ts'

export interface DiagnosisDeps {
  readonly store: ImageStore
  /** Classes that the operator named: one of them that is missing is a fault. */
  readonly wanted: readonly Isolation[]
  /** The image to look at; null: the host's own for class process, else the first that was built. */
  readonly image: string | null
}

/** What one engine enforces on this host, or what is missing of it. */
export async function diagnose(engine: SandboxEngine, deps: DiagnosisDeps): Promise<EngineDiagnosis> {
  const { isolation } = engine
  const known = { isolation, wanted: deps.wanted.includes(isolation) }
  try {
    const fallback = isolation === 'process' ? hostImage : await findProbeImage(deps.store).catch(noImage)
    const wanted = deps.image ?? fallback
    // Without an image it is asked all the same: what else is missing comes first.
    const posture = await engine.posture(wanted ?? undefined)
    const image = wanted ?? (await findProbeImage(deps.store))
    return { ...known, image, posture, probes: await runProbes({ engine, image }), missing: null }
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    return { ...known, image: null, posture: null, probes: [], missing: error.message }
  }
}

function noImage(error: unknown): null {
  if (error instanceof SandboxError) return null
  throw error
}
