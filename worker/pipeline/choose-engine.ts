import { type Isolation, isolationClasses } from '../contract/index.ts'
import type { SandboxEngine } from './ports/index.ts'

/** The weakest engine that is at least what the policy asks: never a weaker one. */
export function chooseEngine(engines: readonly SandboxEngine[], least: Isolation): SandboxEngine | null {
  const rank = (isolation: Isolation) => isolationClasses.indexOf(isolation)
  const sufficient = engines.filter((engine) => rank(engine.isolation) >= rank(least))
  return sufficient.toSorted((a, b) => rank(a.isolation) - rank(b.isolation))[0] ?? null
}
