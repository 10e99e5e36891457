import { noPackages } from '../../test/broker/no-packages.ts'
import type { LocalAirlock } from '../../test/invariants/local-airlock.ts'
import { createBrokerFactory } from '../../worker/broker/create-broker-factory.ts'
import { createOperatorPresets } from '../../worker/broker/presets.ts'
import type { TrialEnd } from './judge-trial.ts'
import { startRegistry } from './start-registry.ts'
import type { Trial } from './trial.ts'

const token = 'acme-token-3f9d0c6b2a5e4871'
const nowhere = { baseUrl: 'http://127.0.0.1:9', apiKey: null }

/** An operator whose package managers are configured to use the registries of the trials, where that can be read. */
const presets = createOperatorPresets({
  ...noPackages,
  npmRegistries: ['https://npm.acme.example/'],
  pipIndexes: ['https://pypi.acme.example/simple/'],
  goProxy: 'https://go.acme.example',
  gemMirror: 'https://gems.acme.example/',
})

/** As repositories have it: what programs add there later, as Python its compiled files, is no change of an agent's. */
const ignored = 'node_modules/\n.venv/\nvendor/\n.gradle/\n'

export interface TrialOptions {
  readonly image: string
  /** The control has none: TLS ends at the broker all the same, and the registry refuses what comes. */
  readonly credential: boolean
}

/** A whole job: the plan's own command in a setup, and the package used by an agent that is offline. */
export async function runTrial(
  airlock: LocalAirlock,
  trial: Trial,
  { image, credential }: TrialOptions,
): Promise<TrialEnd & { readonly version: string }> {
  await using registry = await startRegistry(trial, token)
  const brokers = createBrokerFactory({
    ...registry.deps,
    presets: async () => presets,
    upstreams: { anthropic: nowhere, openai: nowhere, gemini: nowhere },
  })
  const rule = credential ? { credential: { secret: 'ACME_TOKEN' } } : { methods: ['GET', 'HEAD', 'POST'] }
  const shell = `{ ${trial.version}; } >version.txt 2>&1; { ${trial.use}; } >said.txt 2>errors.txt; true`
  const job = await airlock.run({
    policy: { image, setup: { network: [...trial.presets, { host: trial.host, ...rule }] }, limits: { minutes: 10 } },
    files: { '.gitignore': ignored, ...trial.files },
    secrets: { ACME_TOKEN: token },
    command: ['/bin/sh', '-c', shell],
    ports: { brokers },
  })
  const { setup, lastOutput, report } = job.summary
  const read = (path: string) => (report.branch === null ? null : job.read(path))
  return {
    end: job.end,
    commands: setup?.plan.commands.map(({ line }) => line) ?? [],
    notDone: setup?.plan.notDone.map(({ what, why }) => `${what}: ${why}`) ?? [],
    said: await read('said.txt'),
    version: (await read('version.txt')) ?? '',
    lastOutput: (await read('errors.txt')) ?? lastOutput,
    asked: registry.asked,
  }
}
