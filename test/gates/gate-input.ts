import { Buffer } from 'node:buffer'
import type { FileChange, FileMode, FileVersion, Finding, Policy } from '../../worker/contract/index.ts'
import type { Gate, GateInput, RegistryAnswers } from '../../worker/pipeline/ports/index.ts'
import { plainPolicy } from '../fixtures/plain-policy.ts'

type Content = string | Uint8Array | null

/** One changed file; text is written as UTF-8. */
export function changed(path: string, before: Content, after: Content, mode: FileMode = '100644'): FileChange {
  return { path, before: version(before, '100644'), after: version(after, mode) }
}

export function added(path: string, after: Content, mode: FileMode = '100644'): FileChange {
  return changed(path, null, after, mode)
}

function version(content: Content, mode: FileMode): FileVersion | null {
  return content === null ? null : { mode, sha: '0'.repeat(40), content: Buffer.from(content) }
}

interface Around {
  readonly gates?: Partial<Policy['gates']>
  readonly secrets?: Readonly<Record<string, string>>
  readonly basePaths?: readonly string[]
  readonly baseTexts?: Readonly<Record<string, string>>
  readonly registries?: RegistryAnswers
}

export function gateInput(files: readonly FileChange[], around: Around = {}): GateInput {
  return {
    changeSet: { baseSha: '1'.repeat(40), treeSha: '2'.repeat(40), files },
    policy: { ...policy, gates: { ...policy.gates, ...around.gates } },
    knownSecrets: new Map(Object.entries(around.secrets ?? {})),
    base: { files: 1, paths: around.basePaths ?? [], texts: new Map(Object.entries(around.baseTexts ?? {})) },
    registries: around.registries ?? new Map(),
  }
}

export async function findingsOf(gate: Gate, files: readonly FileChange[], around?: Around): Promise<Finding[]> {
  return await gate.check(gateInput(files, around))
}

/** Findings as `rule severity`, sorted, for short comparisons. */
export async function verdictsOf(gate: Gate, files: readonly FileChange[], around?: Around): Promise<string[]> {
  const findings = await findingsOf(gate, files, around)
  return findings.map(({ rule, severity }) => `${rule} ${severity}`).sort()
}

/** A made-up word of the given length; made here, so that no scanner takes this repository for a leak. */
export function madeUp(length: number): string {
  return 'k7Qx2Vn9Lw4Tz8Rb3Hd6Yp1Mc5Jf0Gs'.repeat(Math.ceil(length / 31)).slice(0, length)
}

const policy: Policy = { ...plainPolicy, image: 'base' }
