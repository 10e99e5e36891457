import type { Policy, SetupPlan } from '../../worker/contract/index.ts'
import { planSetup, type SetupMeans } from '../../worker/setup-plan/plan-setup.ts'
import { wantedPrograms } from '../../worker/setup-plan/wanted-files.ts'

/** A worker that has everything. */
export const everything: SetupMeans = {
  image: 'base',
  programs: new Set(wantedPrograms),
  presets: new Set(['npm', 'pypi', 'crates', 'go', 'rubygems', 'maven', 'gradle', 'packagist', 'github']),
}

export function plan(
  files: Readonly<Record<string, string>>,
  policy: Partial<Policy['setup']> = {},
  means: Partial<SetupMeans> = {},
  links: readonly string[] = [],
): SetupPlan {
  const view = {
    paths: new Set([...Object.keys(files), ...links]),
    links: new Set(links),
    text: (path: string) => files[path] ?? null,
  }
  return planSetup({ secrets: [], ...policy }, view, { ...everything, ...means })
}

export function linesOf({ commands }: SetupPlan): string[] {
  return commands.map(({ line }) => line)
}
