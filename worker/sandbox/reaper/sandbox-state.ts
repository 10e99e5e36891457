import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { phaseSchema } from '../../contract/index.ts'
import { processIdentitySchema } from './process-identity.ts'

/** What a later worker needs to know to clean up after one that died: written before anything else is made. */
export const sandboxStateSchema = z.strictObject({
  version: z.literal(1),
  id: z.string().regex(/^[a-z0-9-]{1,80}$/),
  jobId: z.string(),
  attempt: z.int().nonnegative(),
  phase: phaseSchema,
  worker: processIdentitySchema,
  /** Absolute paths of the sandbox's cgroups, each named for it. */
  groups: z.array(z.string()).max(8),
})
export type SandboxState = z.infer<typeof sandboxStateSchema>

const fileName = 'state.json'

/** The word that marks a sandbox's processes on the host. */
export const sandboxMark = (id: string) => `airlock-sandbox:${id}`

export function writeSandboxState(folder: string, state: SandboxState): void {
  const draft = join(folder, `${fileName}.new`)
  writeFileSync(draft, JSON.stringify(state), { mode: 0o600 })
  renameSync(draft, join(folder, fileName))
}

/** All states that can be read; none where the folder was not made yet. */
export function readSandboxStates(sandboxes: string): readonly SandboxState[] {
  if (!existsSync(sandboxes)) return []
  return readdirSync(sandboxes).flatMap((name) => {
    const state = sandboxStateSchema.safeParse(readJson(join(sandboxes, name, fileName))).data
    return state === undefined ? [] : [state]
  })
}

export async function removeSandboxState(sandboxes: string, id: string): Promise<void> {
  await rm(join(sandboxes, id), { recursive: true, force: true })
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}
