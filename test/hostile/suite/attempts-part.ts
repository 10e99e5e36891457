import { chmod, chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sandbox, SandboxSpec } from '../../../worker/pipeline/ports/index.ts'
import { attempts } from '../cases/attempts.ts'
import type { Finding } from '../hostile-case.ts'
import { type Canary, planted } from './canary.ts'
import { readHostFacts } from './host-facts.ts'
import { type FileOwner, layHostFiles } from './host-files.ts'
import { openHostListeners } from './host-listeners.ts'
import { startHostVictim } from './host-victim.ts'
import { judge, tryAsControl, tryInside } from './run-attempts.ts'

export interface AttemptPlan {
  readonly sandbox: Sandbox
  readonly spec: SandboxSpec
  /** Open to everybody, so that attempts fail for no other reason than the sandbox. */
  readonly folder: string
  readonly runDir: string
  readonly canary: Canary
  /** Whom the sandbox runs as on the host, and whom another job's does. */
  readonly owner: FileOwner | null
  readonly otherOwner: FileOwner | null
}

/** Everything that one program can try, inside and as its own control. */
export async function runAttempts(plan: AttemptPlan): Promise<readonly Finding[]> {
  const { folder, canary, owner } = plan
  const names = attempts.map(({ name }) => name)
  await using listeners = await openHostListeners(folder)
  await using victim = await startHostVictim(folder, owner, canary)
  const files = await layHostFiles(folder, names, canary, plan.otherOwner)
  await writeFile(join(plan.runDir, 'note'), planted(canary, 'engine'), { mode: 0o600 })
  const workspace = join(folder, 'control')
  await mkdir(workspace)
  await chmod(workspace, 0o755)
  if (owner !== null) await chown(workspace, owner.uid, owner.gid)
  const facts = await readHostFacts(folder)
  const places = { ...listeners.places, ...victim.places, ...files.places, ...facts, run_dir: plan.runDir }
  const arrived = async (from: string) =>
    new Set([...listeners.heard(), ...(await victim.felt()), ...(await files.changed(from))])

  const inside = await tryInside(plan.sandbox, attempts, places)
  const insideArrived = await arrived(plan.spec.workspace)
  // The control has what a careless engine would hand on: the worker's own variables.
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', ...inheritedCanary() }
  const control = await tryAsControl(attempts, places, { user: owner, workspace, env })
  const controlArrived = await arrived(workspace)

  return attempts.map((one) => judge(one, [inside, control], [insideArrived, controlArrived], canary))
}

function inheritedCanary(): Record<string, string> {
  const value = process.env.HOSTILE_CANARY
  return value === undefined ? {} : { HOSTILE_CANARY: value }
}
