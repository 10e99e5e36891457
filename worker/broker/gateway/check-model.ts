import { coversModel } from '../../contract/index.ts'
import type { ModelRefusal } from './check-request.ts'

const maxShown = 100

/** Whether the policy lets a session ask this model. Without a list it may ask any. */
export function checkModel(models: readonly string[] | undefined, asked: string): ModelRefusal | null {
  if (models === undefined || coversModel(models, asked)) return null
  const listed = models.join(', ')
  if (asked === '') return { status: 403, why: 'it names no model', instead: `name one of these: ${listed}.` }
  const name = asked.slice(0, maxShown)
  return {
    status: 403,
    why: `the policy does not allow the model ${name}`,
    instead:
      `ask one of these: ${listed}. If you cannot choose, go on without this model, and say in your last message that ` +
      `a maintainer would have to add ${name} to models in .github/airlock.yml.`,
  }
}
