import { describe, expect, it } from 'vitest'
import { ask, type Question } from '../ask.ts'
import { awsKey, bedrockSaying, claudeModel, message, openBedrock } from './bedrock-world.ts'

const naming = (model: unknown): Question => ({ body: { ...message, model } })

describe('attacks on the way to Bedrock', () => {
  it.each<[string, Question]>([
    ['an endpoint of another account, by ARN', naming('arn:aws:bedrock:us-west-2:666666666666:inference-profile/x')],
    [
      'an imported model, by ARN',
      naming('arn:aws:bedrock:eu-central-1:666666666666:imported-model/anthropic.claude-x'),
    ],
    ['a prompt router', naming('arn:aws:bedrock:eu-central-1:666666666666:prompt-router/r')],
    ['another publisher’s model', naming('amazon.nova-pro-v1:0')],
    ['a way up in the model’s name', naming(`${claudeModel}/../../x`)],
    ['an escaped way up', naming('anthropic.claude-x%2f..%2f..%2fguardrail')],
    ['another action behind the name', naming('anthropic.claude-x/converse')],
    ['a query behind the name', naming('anthropic.claude-x?trace=ENABLED')],
    ['another host before the name', naming('@evil.example/anthropic.claude-x')],
    ['a line break in the name', naming('anthropic.claude-x\r\nx-evil: 1')],
    ['Anthropic’s own name for a model', naming('claude-sonnet-5')],
    ['no model', naming(undefined)],
    ['Bedrock’s own path', { path: `/anthropic/model/${encodeURIComponent(claudeModel)}/invoke`, body: message }],
    ['Bedrock’s Converse', { path: '/anthropic/model/x/converse', body: message }],
    ['counting tokens', { path: '/anthropic/v1/messages/count_tokens', body: message }],
    ['a provider that is not there', { path: '/bedrock/v1/messages', body: message }],
  ])('refuses %s: nothing reaches Bedrock', async (_name, question) => {
    await using bedrock = await bedrockSaying('Good day.')
    await using broker = await openBedrock(bedrock)

    const reply = await ask(broker, question)

    expect([403, 404]).toContain(reply.status)
    expect(bedrock.requests).toEqual([])
    expect(await ask(broker, { body: message })).toMatchObject({ status: 200 })
    expect(bedrock.requests).toHaveLength(1)
  })

  it('refuses a model that the policy does not list, also where only the region of its profile differs', async () => {
    await using bedrock = await bedrockSaying('Good day.')
    await using broker = await openBedrock(bedrock, {
      model: { costUsd: 5, models: ['eu.anthropic.claude-sonnet-5*'] },
    })

    const reply = await ask(broker, naming('global.anthropic.claude-sonnet-5-20260101-v1:0'))

    expect(reply.status).toBe(403)
    expect(bedrock.requests).toEqual([])
    expect(await ask(broker, { body: message })).toMatchObject({ status: 200 })
  })

  it('sends no version, beta, or key of a request that a client smuggles in', async () => {
    await using bedrock = await bedrockSaying('Good day.')
    await using broker = await openBedrock(bedrock)
    const smuggled = {
      anthropic_version: 'bedrock-2099-01-01',
      anthropic_beta: ['mcp-client-2025-04-04'],
      amazon_bedrock_guardrailConfig: { tagSuffix: 'x' },
      metadata: { user_id: 'a channel' },
      performanceConfig: { latency: 'optimized' },
      context_management: { edits: [] },
    }

    const reply = await ask(broker, {
      body: { ...message, ...smuggled },
      headers: {
        'x-api-key': broker.session.placeholderKey,
        'anthropic-beta': 'files-api-2025-04-14, context-1m-2025-08-07,made-up-2026-01-01',
      },
    })

    expect(reply.status).toBe(200)
    expect(JSON.parse(bedrock.requests[0]?.body ?? '')).toEqual({
      max_tokens: 10,
      messages: message.messages,
      anthropic_version: 'bedrock-2023-05-31',
      anthropic_beta: ['context-1m-2025-08-07'],
    })
  })

  it('keeps what goes with a beta that Bedrock knows', async () => {
    await using bedrock = await bedrockSaying('Good day.')
    await using broker = await openBedrock(bedrock)
    const headers = { 'x-api-key': broker.session.placeholderKey, 'anthropic-beta': 'context-management-2025-06-27' }

    await ask(broker, { body: { ...message, context_management: { edits: [] } }, headers })

    expect(JSON.parse(bedrock.requests[0]?.body ?? '')).toMatchObject({ context_management: { edits: [] } })
  })

  it('drops the client’s own headers for AWS: the request is signed as if they had not been there', async () => {
    await using bedrock = await bedrockSaying('Good day.')
    await using broker = await openBedrock(bedrock)
    const own = {
      'x-amz-date': '20200101T000000Z',
      'x-amz-security-token': 'attacker',
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      'x-amz-target': 'evil',
      'x-amzn-bedrock-guardrailidentifier': 'attacker',
      'x-amzn-bedrock-trace': 'ENABLED_FULL',
      'x-amzn-bedrock-service-tier': 'priority',
      'x-amzn-bedrock-performanceconfig-latency': 'optimized',
    }

    const reply = await ask(broker, {
      body: message,
      headers: { 'x-api-key': broker.session.placeholderKey, ...own },
    })

    expect(reply.status).toBe(200)
    const { host, connection, authorization, ...headers } = bedrock.requests[0]?.headers ?? {}
    expect(headers).toEqual({
      'accept-encoding': 'identity',
      'content-length': expect.any(String),
      'content-type': 'application/json',
      'x-amz-content-sha256': expect.stringMatching(/^[0-9a-f]{64}$/),
      'x-amz-date': expect.not.stringMatching(/^2020/),
      'x-amz-security-token': awsKey.sessionToken,
    })
  })

  it('refuses a signature of the client’s own: the attacker’s account is not asked', async () => {
    await using bedrock = await bedrockSaying('Good day.')
    await using broker = await openBedrock(bedrock)
    const authorization = 'AWS4-HMAC-SHA256 Credential=AKIAATTACKER0000000/20261129/us-east-1/bedrock/aws4_request, …'

    const reply = await ask(broker, {
      body: message,
      headers: { 'x-api-key': broker.session.placeholderKey, authorization: authorization.replace('…', 'Signature=0') },
    })

    expect(reply.status).toBe(401)
    expect(bedrock.requests).toEqual([])
  })

  it.each([
    ['the session token', Object.values(awsKey).join(':'), [awsKey.sessionToken, awsKey.secretAccessKey]],
    ['the API key', 'bedrock-api-key-0123456789', ['bedrock-api-key-0123456789']],
  ])('never shows %s downstream, whatever AWS repeats', async (_name, key, secrets) => {
    await using bedrock = await bedrockSaying('Good day.', {
      fault: () => ({ status: 400, body: { message: 'you sent', headers: bedrock.requests.at(-1)?.headers } }),
    })
    await using broker = await openBedrock(bedrock, {}, key)

    const reply = await ask(broker, { body: message })

    expect(reply.status).toBe(400)
    expect(reply.text).toContain('you sent')
    for (const secret of secrets) {
      expect(JSON.stringify([reply, broker.exchanges, broker.decisions])).not.toContain(secret)
    }
    // The control: it was sent.
    expect(JSON.stringify(bedrock.requests[0]?.headers)).toContain(secrets[0])
  })
})
