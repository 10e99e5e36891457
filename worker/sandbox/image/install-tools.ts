import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { miseScript } from './mise-script.ts'
import type { MiseTools } from './mise-tools.ts'
import { type BuilderRun, contained, runBuilder } from './run-builder.ts'

/**
 * Makes the program that installs these tools into the root file system which is its argument; null: there are none.
 * It is a file because of a hook that is a text and fails, mmdebstrap tells all of the text.
 */
export async function writeToolsHook(tools: MiseTools, folder: string): Promise<string | null> {
  const script = miseScript(tools)
  if (script === null) return null
  const path = join(folder, 'install-tools')
  await writeFile(path, script, { mode: 0o755 })
  return path
}

/** Runs it as mmdebstrap does. Root is asked for. */
export async function runToolsHook(
  hook: string,
  root: string,
  run: Omit<BuilderRun, 'stdin'> & { readonly temporary: string },
): Promise<void> {
  const env = { ...run.env, TMPDIR: run.temporary }
  await runBuilder([...contained(true), '--', hook, root], { ...run, env, stdin: '' })
}
