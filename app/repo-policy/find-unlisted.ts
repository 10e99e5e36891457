import { coversModel } from '../../worker/contract/index.ts'
import type { ParsedPolicy, PolicyProblem } from './parse-policy.ts'

/** The model that a job would get, where the models that it may ask are others. The lowest level's word counts for both. */
export function findUnlistedModel(levels: readonly ParsedPolicy[]): PolicyProblem[] {
  const asking = levels.findLast(({ file }) => file.model !== undefined)
  const bound = levels.findLast(({ file }) => file.models !== undefined)
  const [model, models] = [asking?.file.model, bound?.file.models]
  if (asking === undefined || model === undefined || models === undefined || coversModel(models, model)) return []
  const message = `${model} is not among models of ${bound?.name}: ${models.join(', ')}`
  return [{ file: asking.name, path: `${asking.pathPrefix ?? ''}model`, line: asking.lineOf(['model']), message }]
}

/** The same of the agent, which is one of those that the lowest list allows. */
export function findUnlistedAgent(levels: readonly ParsedPolicy[]): PolicyProblem[] {
  const asking = levels.findLast(({ file }) => file.agent !== undefined)
  const bound = levels.findLast(({ file }) => file.agents !== undefined)
  const [agent, agents] = [asking?.file.agent, bound?.file.agents]
  if (asking === undefined || agent === undefined || agents?.includes(agent) !== false) return []
  const message = `${agent} is not among agents of ${bound?.name}: ${agents.join(', ')}`
  return [{ file: asking.name, path: `${asking.pathPrefix ?? ''}agent`, line: asking.lineOf(['agent']), message }]
}
