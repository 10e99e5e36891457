import type { Policy } from '../contract/index.ts'
import { type BaseView, named, present } from './base-view.ts'
import { copilotSteps } from './sources/copilot-steps.ts'
import { devcontainerPath } from './sources/devcontainer.ts'

/** A larger one is not read; then it counts as one that nobody can tell anything about. */
export const mostTextBytes = 4 * 1024 * 1024
const mostFiles = 500

/** The files whose texts a plan looks into. The policy's own commands need none. */
export function wantedFiles(policy: Policy['setup'], paths: BaseView['paths']): string[] {
  if (policy.run !== undefined) return []
  const view = { paths, links: new Set<string>(), text: () => null }
  const manifests = view.paths.has('package.json') ? named(view, 'package.json') : []
  const fixed = present(view, copilotSteps, 'yarn.lock', 'uv.lock', 'poetry.lock', 'requirements.txt')
  const devcontainers = [...paths].filter((path) => devcontainerPath.test(path))
  return [...fixed, ...devcontainers, ...manifests].slice(0, mostFiles)
}

/** Programs that a plan may want to start. */
export const wantedPrograms = [
  ...['npm', 'pnpm', 'yarn', 'bun', 'python3', 'uv', 'poetry'],
  ...['cargo', 'go', 'bundle', 'composer', 'mvn', 'gradle', 'mise'],
] as const
