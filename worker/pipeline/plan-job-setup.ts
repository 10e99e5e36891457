import type { JobRequest, SetupPlan } from '../contract/index.ts'
import { planSetup } from '../setup-plan/plan-setup.ts'
import { mostTextBytes, wantedFiles, wantedPrograms } from '../setup-plan/wanted-files.ts'
import type { PipelinePorts } from './job.ts'
import type { BaseTree, KeptFiles } from './ports/index.ts'

/** What the job's sandbox 1 would run, from the policy and the base commit's files. Starts nothing. */
export async function planJobSetup(
  { policy: { setup, image } }: Pick<JobRequest, 'policy'>,
  tree: BaseTree,
  { images, brokers }: Pick<PipelinePorts, 'images' | 'brokers'>,
  signal: AbortSignal,
): Promise<SetupPlan> {
  const asksRepository = setup.run === undefined
  const files: KeptFiles = asksRepository || setup.inputs !== undefined ? await tree.list(signal) : new Map()
  const paths = new Set(files.keys())
  const texts = await tree.read(wantedFiles(setup, paths), mostTextBytes, signal)
  const programs = asksRepository ? await images.programs(image, wantedPrograms) : new Set<string>()
  const links = new Set([...files].flatMap(([path, print]) => (print.startsWith('120000') ? [path] : [])))
  const view = { paths, links, text: (path: string) => texts.get(path) ?? null }
  const planWith = (presets: ReadonlySet<string>) => planSetup(setup, view, { image, programs, presets })
  const closed = planWith(new Set())
  // To know its presets a worker asks every package manager: not for what has nothing to install.
  return closed.source === 'policy' || closed.source === 'nothing' ? closed : planWith(await brokers.presets())
}
