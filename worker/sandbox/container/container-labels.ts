import { statSync } from 'node:fs'
import { z } from 'zod'
import { type SandboxState, sandboxStateSchema } from '../reaper/sandbox-state.ts'

/** By this label a container is known as ours. */
export const ownerLabel = 'airlock.owner'

/** The Engine may be used by workers that cannot see each other's processes, so a container says whose folder it came from. */
export function folderIdentity(folder: string): string {
  const { dev, ino } = statSync(folder)
  return `${dev}:${ino}`
}

/** What a container says about itself: all that is needed to remove it, also when the worker's own files are gone. */
export function containerLabels(state: SandboxState, owner: string): Readonly<Record<string, string>> {
  return {
    [ownerLabel]: owner,
    'airlock.sandbox': state.id,
    'airlock.job': state.jobId,
    'airlock.attempt': String(state.attempt),
    'airlock.phase': state.phase,
    'airlock.worker': JSON.stringify(state.worker),
  }
}

const numberSchema = z.string().regex(/^\d+$/).transform(Number)

/** Null: somebody else's container, or not a whole set of labels. */
export function readContainerLabels(labels: Readonly<Record<string, string>>): SandboxState | null {
  const attempt = numberSchema.safeParse(labels['airlock.attempt']).data
  const state = sandboxStateSchema.safeParse({
    version: 1,
    id: labels['airlock.sandbox'],
    jobId: labels['airlock.job'],
    attempt,
    phase: labels['airlock.phase'],
    worker: parseJson(labels['airlock.worker']),
    groups: [],
  })
  return state.data ?? null
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return null
  }
}
