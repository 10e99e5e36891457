import type { AttemptCase } from '../suite/attempt-case.ts'
import { devicesAndSettings } from './devices.ts'
import { files } from './files.ts'
import { hostFacts } from './host-facts.ts'
import { hostProcesses } from './host-processes.ts'
import { injectedAttempts } from './injections.ts'
import { kernelCalls } from './kernel-calls.ts'
import { network } from './network.ts'
import { socketFamilies } from './socket-families.ts'
import { workerSecrets } from './worker-secrets.ts'

/** Calls that only processors of the x86 family have. */
const x64Only = new Set(['local-descriptor-table', 'io-ports', 'all-io-ports'])

/** Every attempt, in the order of the table. */
export const attempts: readonly AttemptCase[] = [
  ...network,
  ...socketFamilies,
  ...kernelCalls,
  ...files,
  ...devicesAndSettings,
  ...hostProcesses,
  ...hostFacts,
  ...workerSecrets,
  ...injectedAttempts,
].filter(({ name }) => process.arch === 'x64' || !x64Only.has(name))
