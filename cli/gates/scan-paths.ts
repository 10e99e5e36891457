import { resolve } from 'node:path'
import { defaultPolicy } from '../../app/repo-policy/default-policy.ts'
import type { GatesReport } from '../../worker/contract/index.ts'
import { evaluateGates, type FingerprintedResult } from '../../worker/gates/evaluate-gates.ts'
import { secretsGate } from '../../worker/gates/secrets/secrets-gate.ts'
import { createUnreadGate } from '../../worker/gates/unread-gate.ts'
import { type PlainFiles, readPlainFiles } from '../../worker/git/local/read-plain-files.ts'
import { type Io, UsageError } from '../command.ts'
import { rightScan, type ScanFlags } from './read-gates-flags.ts'
import { reportOf } from './report-of.ts'

/** The secrets gate's word on files and folders, a few at a time. */
export async function scanPaths({ paths }: ScanFlags, io: Io): Promise<GatesReport> {
  const results: FingerprintedResult[] = []
  const seen = { files: 0, bytes: 0 }
  for (const path of paths) {
    for (const part of readGiven(path, io)) {
      io.signal.throwIfAborted()
      seen.files += part.files.length
      seen.bytes += part.files.reduce((sum, { after }) => sum + (after?.content.length ?? 0), 0)
      results.push(...(await judgePart(part, path)))
    }
  }
  return reportOf(results, seen)
}

function* readGiven(path: string, io: Io): Generator<PlainFiles> {
  try {
    yield* readPlainFiles(resolve(io.cwd, path))
  } catch (error) {
    if (error instanceof Error && error.name === 'PlainFileError')
      throw new UsageError(`${path} ${error.message}`, rightScan)
    throw error
  }
}

/** Paths are judged as they stand in the folder that was named, and shown as they were named. */
async function judgePart({ files, unread, named }: PlainFiles, path: string): Promise<FingerprintedResult[]> {
  const input = {
    changeSet: { baseSha: '', treeSha: '', files },
    ...{ policy: defaultPolicy, knownSecrets: new Map<string, string>(), base: { files: 0, paths: [] } },
    registries: new Map(),
  }
  const results = await evaluateGates([secretsGate, createUnreadGate(unread)], input, {
    most: Number.POSITIVE_INFINITY,
  })
  const shown = (inside: string | null) => (inside === null ? null : named ? path : `${prefixOf(path)}${inside}`)
  return results.map(({ findings, ...result }) => ({
    ...result,
    findings: findings.map((finding) => ({ ...finding, path: shown(finding.path) })),
  }))
}

/** A folder's name with a slash behind it; nothing for the folder that the call was made in. */
const prefixOf = (path: string) => (/^(?:\.\/*)?$/.test(path) ? '' : `${path.replace(/\/{1,100}$/, '')}/`)
