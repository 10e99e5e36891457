/**
 * What a worker does about a line of the journal: removes what it keeps of repositories that have left, and writes it into
 * a record of its own. May be done twice.
 */
import type { LifeEffect, LifeEntry } from '../contract/index.ts'
import type { AuditLogs } from './ports/index.ts'

export interface LifePorts {
  /** True: there was one. */
  removeMirror(repositoryId: number, signal: AbortSignal): Promise<boolean>
  /** Returns how many there were. */
  removeSnapshots(repositoryId: number): Promise<number>
  /** Folders of setup secrets that were this repository's alone; they are the operator's and stay. */
  secretFolders(effect: LifeEffect): Promise<readonly string[]>
  readonly audits: AuditLogs
}

export interface Removed {
  readonly repositoryId: number
  readonly mirror: boolean
  readonly snapshots: number
  /** Another repository of this name would use them. */
  readonly secretsLeft: readonly string[]
}

/** Begins the names of these records, as a job's id begins a job's. */
export const lifeRecord = 'organisation'

/** `line` is where the entry stands in the journal: milliseconds, then a number. */
export async function actOnLife(
  ports: LifePorts,
  line: string,
  entry: LifeEntry,
  signal: AbortSignal,
): Promise<readonly Removed[]> {
  const removed: Removed[] = []
  for (const effect of entry.effects.filter((one) => one.effect === 'remove')) {
    const { id } = effect.repository
    removed.push({
      repositoryId: id,
      mirror: await ports.removeMirror(id, signal),
      snapshots: await ports.removeSnapshots(id),
      secretsLeft: await ports.secretFolders(effect),
    })
  }
  await record(ports.audits, line, entry, removed)
  return removed
}

async function record(audits: AuditLogs, line: string, entry: LifeEntry, removed: readonly Removed[]): Promise<void> {
  const audit = await openOrNull(audits, Number(line.replace('-', '')))
  audit?.append('organisation', { ...entry.event, installationId: entry.installationId, on: entry.repositories })
  for (const effect of entry.effects) audit?.append('access-ended', { ...effect })
  for (const one of removed) audit?.append('removed', { ...one })
  await audit?.seal()
}

/** Null: it was written before, by a worker that died before it said so. */
async function openOrNull(audits: AuditLogs, number: number) {
  try {
    return await audits.open(lifeRecord, number)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return null
    throw error
  }
}
