import { createBedrock } from '../../../worker/broker/gateway/cloud/bedrock.ts'
import { type Bedrock, type BedrockOptions, startBedrock } from '../../model/start-bedrock.ts'
import { openWorld, type World, type WorldOptions } from '../broker-world.ts'

export const region = 'eu-central-1'
export const awsKey = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLE/TOKEN+0123456789==',
}
export const claudeModel = 'eu.anthropic.claude-sonnet-5-20260101-v1:0'
export const message = {
  model: claudeModel,
  max_tokens: 10,
  messages: [{ role: 'user', content: 'hello' }],
}

/** Signs by AWS's rules, and answers `text`, unless something else is said. */
export function bedrockSaying(text: string, options: Partial<BedrockOptions> = {}): Promise<Bedrock> {
  return startBedrock({ script: () => ({ text }), region, key: awsKey, ...options })
}

/** An agent-phase broker whose Anthropic is this Bedrock. */
export function openBedrock({ url }: Pick<Bedrock, 'url'>, options: WorldOptions = {}, key?: string): Promise<World> {
  const none = { baseUrl: 'http://127.0.0.1:9', apiKey: null }
  const apiKey = key ?? Object.values(awsKey).join(':')
  const anthropic = { baseUrl: url, apiKey, cloud: createBedrock(region) }
  return openWorld({
    phase: 'agent',
    model: { costUsd: 5 },
    ...options,
    deps: { upstreams: { anthropic, openai: none, gemini: none }, ...options.deps },
  })
}
