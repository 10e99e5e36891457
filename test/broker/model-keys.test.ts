import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBrokerFactory } from '../../worker/broker/create-broker-factory.ts'
import { createVertex } from '../../worker/broker/gateway/cloud/vertex.ts'
import { createModelKeys } from '../../worker/broker/model-keys.ts'
import { createOpenFolders } from '../../worker/broker/read-secret.ts'
import { createFlatSecrets, createRepositorySecrets } from '../../worker/broker/setup-secrets.ts'
import { ask } from './ask.ts'
import { awsKey, bedrockSaying, message, openBedrock } from './cloud/bedrock-world.ts'
import { type ModelSink, openGateway, realKey, sendJson, startModelSink } from './model-sink.ts'

const [acmeKey, widgetKey, otherKey] = ['sk-acme-0001', 'sk-widget-0002', 'sk-other-0003']

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'airlock-keys-'))
  await mkdir(join(dir, 'acme', 'widget'), { recursive: true })
  await mkdir(join(dir, 'other'))
  await writeFile(join(dir, 'acme', 'anthropic.key'), `${acmeKey}\n`)
  await writeFile(join(dir, 'acme', 'widget', 'anthropic.key'), widgetKey)
  await writeFile(join(dir, 'other', 'anthropic.key'), otherKey)
  await writeFile(join(dir, 'anthropic.key'), 'sk-of-nobody')
})
afterEach(() => rm(dir, { recursive: true, force: true }))

/** Where nothing has left. */
const foldersIn = (folder: string) => createOpenFolders(folder, async () => true)
const keysIn = (folder: string) => createModelKeys(folder, foldersIn(folder))

function openFor(sink: ModelSink, owner: string, name: string) {
  return openGateway(sink, { repository: { id: 1, owner, name }, deps: { modelKeys: keysIn(dir) } })
}

const keysAt = (sink: ModelSink) =>
  sink.requests.map(({ headers }) => headers['x-api-key'] ?? headers.authorization ?? headers['x-goog-api-key'])

describe('model keys of owners and repositories', () => {
  it('are never used for another’s: each request arrives with its own owner’s key', async () => {
    await using sink = await startModelSink()
    await using acme = await openFor(sink, 'Acme', 'api')
    await using widget = await openFor(sink, 'acme', 'Widget')
    await using other = await openFor(sink, 'other', 'widget')
    await using third = await openFor(sink, 'third', 'widget')

    for (const broker of [acme, other, widget, third, acme, other]) await ask(broker)

    expect(keysAt(sink)).toEqual([acmeKey, otherKey, widgetKey, realKey, acmeKey, otherKey])
    expect([acme, widget, other, third].map(({ decisions }) => decisions[0]?.reason)).toEqual([
      '/v1/messages, model claude-sonnet-5, key of acme',
      '/v1/messages, model claude-sonnet-5, key of acme/widget',
      '/v1/messages, model claude-sonnet-5, key of other',
      '/v1/messages, model claude-sonnet-5',
    ])
  })

  it('are not mixed when all ask at once', async () => {
    await using sink = await startModelSink((request, response) =>
      sendJson(response, { came: request.headers['x-api-key'] === acmeKey ? 'acme' : 'other' }),
    )
    await using acme = await openFor(sink, 'acme', 'api')
    await using other = await openFor(sink, 'other', 'api')

    const replies = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => (await ask(index % 2 === 0 ? acme : other)).text),
    )

    expect(replies).toEqual(replies.map((_, index) => JSON.stringify({ came: index % 2 === 0 ? 'acme' : 'other' })))
  })

  it('open no other owner’s session with their placeholder', async () => {
    await using sink = await startModelSink()
    await using acme = await openFor(sink, 'acme', 'api')
    await using other = await openFor(sink, 'other', 'api')

    const reply = await ask(acme, { headers: { 'x-api-key': other.session.placeholderKey } })

    expect(reply.status).toBe(401)
    expect(sink.requests).toEqual([])
  })

  it('are by provider: another provider’s is the whole installation’s', async () => {
    await writeFile(join(dir, 'acme', 'openai.key'), 'sk-acme-openai')
    await writeFile(join(dir, 'acme', 'gemini.key'), 'acme-gemini')
    await using sink = await startModelSink()
    await using acme = await openFor(sink, 'acme', 'api')
    await using other = await openFor(sink, 'other', 'api')
    const paths = ['/openai/v1/responses', '/gemini/v1beta/models/m:generateContent']

    for (const broker of [acme, other]) for (const path of paths) await ask(broker, { path })

    expect(keysAt(sink)).toEqual(['Bearer sk-acme-openai', 'acme-gemini', `Bearer ${realKey}`, realKey])
  })

  it.each([
    ['empty', '\n'],
    ['of two lines', 'sk-1\nsk-2'],
    ['a header of its own', 'sk-1\r\nx-evil: 1\r\n'],
    ['far too long', 'k'.repeat(100_000)],
  ])('that are %s are no key at all, and nobody else’s is taken', async (_name, text) => {
    await writeFile(join(dir, 'other', 'anthropic.key'), text)
    await using sink = await startModelSink()
    await using other = await openFor(sink, 'other', 'api')
    await using acme = await openFor(sink, 'acme', 'api')

    const reply = await ask(other)

    expect(reply).toMatchObject({ status: 503, text: expect.stringContaining('no key for this provider') })
    expect(sink.requests).toEqual([])
    expect(await ask(acme)).toMatchObject({ status: 200 })
  })

  it('never come back, whatever the provider repeats', async () => {
    await using sink = await startModelSink((request, response) => sendJson(response, { you: request.headers }))
    await using acme = await openFor(sink, 'acme', 'api')

    const reply = await ask(acme)

    expect(keysAt(sink)).toEqual([acmeKey])
    expect(JSON.stringify([reply, acme.exchanges, acme.decisions])).not.toContain(acmeKey)
  })

  it('are for the cloud that serves the provider’s models, and go nowhere else', async () => {
    await writeFile(join(dir, 'acme', 'anthropic.key'), Object.values(awsKey).join(':'))
    await writeFile(join(dir, 'other', 'anthropic.key'), 'sk-short')
    await using bedrock = await bedrockSaying('Good day.')
    const openAs = (owner: string) =>
      openBedrock(bedrock, { repository: { id: 1, owner, name: 'api' }, deps: { modelKeys: keysIn(dir) } }, otherKey)
    await using acme = await openAs('acme')
    await using other = await openAs('other')

    expect(await ask(acme, { body: message })).toMatchObject({ status: 200 })
    expect(await ask(other, { body: message })).toMatchObject({ status: 503 })
    expect(bedrock.requests).toHaveLength(1)
  })

  it('that are missing are told with what to set; a key of the owner’s own is enough', async () => {
    await writeFile(join(dir, 'other', 'anthropic.key'), 'two words')
    const none = { baseUrl: 'http://127.0.0.1:9', apiKey: null }
    const brokers = createBrokerFactory({
      presets: async () => ({ targets: new Map(), env: new Map() }),
      upstreams: {
        anthropic: none,
        openai: { ...none, apiKey: 'sk-1' },
        gemini: { ...none, cloud: createVertex('google') },
      },
      modelKeys: keysIn(dir),
    })
    const missing = (provider: 'anthropic' | 'openai' | 'gemini', owner: string) =>
      brokers.missingKey(provider, { id: 1, owner, name: 'api' })

    expect(await missing('anthropic', 'acme')).toBeNull()
    expect(await missing('openai', 'third')).toBeNull()
    expect(await missing('anthropic', 'third')).toContain('sets ANTHROPIC_API_KEY for the worker')
    expect(await missing('anthropic', 'other')).toBe(
      'the file other/anthropic.key in AIRLOCK_SECRETS_DIR holds no usable key',
    )
    expect(await missing('gemini', 'third')).toContain('sets GOOGLE_APPLICATION_CREDENTIALS')
  })

  it('are read anew for each session', async () => {
    await using sink = await startModelSink()
    await using before = await openFor(sink, 'acme', 'api')
    await writeFile(join(dir, 'acme', 'anthropic.key'), 'sk-acme-renewed')
    await using after = await openFor(sink, 'acme', 'api')

    await ask(before)
    await ask(after)

    expect(keysAt(sink)).toEqual([acmeKey, 'sk-acme-renewed'])
  })

  it('are no setup secrets, by whatever name a policy asks', async () => {
    const repository = { id: 1, owner: 'acme', name: 'widget', private: true, defaultBranch: 'main' }
    await writeFile(join(dir, 'acme', 'CONTROL'), 'of the organisation')
    const names = ['anthropic.key', 'ANTHROPIC.KEY', 'widget/anthropic.key', 'CONTROL']

    const { values } = await createRepositorySecrets(foldersIn(dir)).load(repository, names)
    const flat = await createFlatSecrets(join(dir, 'acme')).load(repository, names)

    expect([...values.keys(), ...flat.values.keys()]).toEqual(['CONTROL', 'CONTROL'])
  })
})
