import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createBrokerFactory } from '../../../worker/broker/create-broker-factory.ts'
import type { BrokerSpec } from '../../../worker/pipeline/ports/broker.ts'
import { presetsOf } from '../broker-world.ts'
import { makeCertificate } from '../certificate.ts'
import { certificateFolder } from './certificate-folder.ts'

const upstream = { baseUrl: 'http://127.0.0.1:9', apiKey: null }

it('reads what the machine trusts again, where it could not be read for an earlier job', async () => {
  const { cert } = await makeCertificate(['a.example'])
  await using folder = await certificateFolder(cert)
  const away = `${folder.path}-away`
  const factory = createBrokerFactory({
    presets: presetsOf(),
    upstreams: { anthropic: upstream, openai: upstream, gemini: upstream },
    certificates: folder.path,
  })
  const spec: BrokerSpec = {
    jobId: 'job0000000001',
    phase: 'setup',
    repository: { id: 1, owner: 'acme', name: 'widget' },
    socketPath: join(folder.path, '..', 'door', 'broker.sock'),
    owner: null,
    egress: [{ host: 'a.example', methods: ['GET'] }],
    model: null,
  }
  const events = { onDecision() {}, onExchange() {} }

  await rename(folder.path, away)
  const first = factory.open(spec, events)
  await expect(first).rejects.toThrow('ENOENT')
  await rename(away, folder.path)
  await using second = await factory.open(spec, events)

  expect(second.tools).toHaveLength(1)
})
