import { randomBytes } from 'node:crypto'
import { fixTheBug } from '../../test/model/fix-the-bug.ts'
import { startModel } from '../../test/model/start-model.ts'
import type { AgentName } from '../../worker/contract/index.ts'
import { UsageError } from '../command.ts'
import type { Environment } from '../settings/parse-settings.ts'
import { demoFix } from './library.ts'

/** Where the worker's gateway finds its model, as settings of the worker's; ended with the demo. */
export interface ChosenModel extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>
  readonly described: string
}

const liveSettings = ['ANTHROPIC_API_KEY', 'ANTHROPIC_BASE_URL', 'OPENAI_API_KEY', 'OPENAI_BASE_URL'] as const

/** A scripted server that speaks the real wire formats, or with `live` the real model. Throws UsageError without a key. */
export async function chooseModel(live: boolean, agent: AgentName, env: Environment): Promise<ChosenModel> {
  if (live) return chooseLive(agent, env)
  const apiKey = `key-${randomBytes(24).toString('hex')}`
  const model = await startModel({ script: fixTheBug(demoFix), apiKey })
  return {
    env: {
      ANTHROPIC_API_KEY: apiKey,
      ANTHROPIC_BASE_URL: model.url,
      OPENAI_API_KEY: apiKey,
      OPENAI_BASE_URL: `${model.url}/v1`,
    },
    described: 'a scripted model that speaks the real wire format',
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  }
}

function chooseLive(agent: AgentName, env: Environment): ChosenModel {
  const key = agent === 'codex' ? 'OPENAI_API_KEY' : 'ANTHROPIC_API_KEY'
  if (!env[key]) throw new UsageError(`--live needs ${key} in the environment`, `${key}=… npm run demo -- --live`)
  const set = liveSettings.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []))
  return { env: Object.fromEntries(set), described: 'the real model', async [Symbol.asyncDispose]() {} }
}
