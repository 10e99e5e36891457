/** Plants one violation of each module rule and fails if the linter stays silent: a rule that catches nothing is none. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const root = fileURLToPath(new URL('..', import.meta.url))
const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')

const reportSchema = z.object({
  diagnostics: z.array(z.object({ category: z.string(), location: z.object({ path: z.string() }) })),
})

const importRule = 'noRestrictedImports'
const violations: readonly { readonly file: string; readonly line: string; readonly rule: string }[] = [
  { file: 'worker/contract/planted.ts', line: "export * from '../gates/evaluate-gates.ts'", rule: importRule },
  { file: 'app/planted.ts', line: "export * from '../worker/pipeline/run-job.ts'", rule: importRule },
  { file: 'app/planted-redis.ts', line: "export * from 'ioredis'", rule: importRule },
  { file: 'worker/git/planted.ts', line: "export * from '../../app/triggers/match-label.ts'", rule: importRule },
  { file: 'worker/gates/planted.ts', line: "export * from 'node:fs'", rule: importRule },
  { file: 'worker/gates/planted-clock.ts', line: 'export const at = Date.now()', rule: 'noRestrictedGlobals' },
  { file: 'worker/setup-plan/planted.ts', line: "export * from 'node:fs'", rule: importRule },
  { file: 'worker/setup-plan/planted-git.ts', line: "export * from '../git/collect.ts'", rule: importRule },
  { file: 'app/triggers/planted.ts', line: "export * from 'node:http'", rule: importRule },
  { file: 'app/replies/planted.ts', line: 'export const at = fetch', rule: 'noRestrictedGlobals' },
  { file: 'worker/pipeline/planted.ts', line: "export * from '../sandbox/job-folders.ts'", rule: importRule },
  { file: 'worker/pipeline/planted-handover.ts', line: "export * from '../handover/manifest.ts'", rule: importRule },
  { file: 'worker/handover/planted.ts', line: "export * from '../github/publish.ts'", rule: importRule },
  { file: 'worker/sandbox/planted.ts', line: "export * from '../github/publish.ts'", rule: importRule },
  { file: 'worker/git/planted-sandbox.ts', line: "export * from '../sandbox/job-folders.ts'", rule: importRule },
  { file: 'worker/agent/planted-sandbox.ts', line: "export * from '../sandbox/job-folders.ts'", rule: importRule },
  { file: 'worker/broker/planted-sandbox.ts', line: "export * from '../sandbox/job-folders.ts'", rule: importRule },
  { file: 'worker/gates/planted-sandbox.ts', line: "export * from '../sandbox/job-folders.ts'", rule: importRule },
  { file: 'worker/queue/planted-sandbox.ts', line: "export * from '../sandbox/job-folders.ts'", rule: importRule },
  { file: 'worker/agent/planted.ts', line: "export * from '../github/publish.ts'", rule: importRule },
  { file: 'worker/broker/planted.ts', line: "export * from '../github/publish.ts'", rule: importRule },
  { file: 'worker/registries/planted.ts', line: "export * from '../github/publish.ts'", rule: importRule },
  { file: 'worker/git/planted-spawn.ts', line: "export * from 'node:child_process'", rule: importRule },
  { file: 'cli/planted-spawn.ts', line: "export * from 'execa'", rule: importRule },
  { file: 'workflows/planted-spawn.ts', line: "export * from 'node:child_process'", rule: importRule },
  { file: 'workflows/planted-redis.ts', line: "export * from 'ioredis'", rule: importRule },
  { file: 'workflows/planted-queue.ts', line: "export * from '../worker/queue/enqueue.ts'", rule: importRule },
  { file: 'workflows/planted-env.ts', line: 'export const env = process.env', rule: 'noProcessEnv' },
  { file: 'cli/planted-workflows.ts', line: "export * from '../workflows/work.ts'", rule: importRule },
  { file: 'worker/audit/planted-redis.ts', line: "export * from 'bullmq'", rule: importRule },
  { file: 'worker/queue/planted-env.ts', line: 'export const env = process.env', rule: 'noProcessEnv' },
]

const caught = lintPlanted()
const silent = violations.filter(({ file, rule }) => !caught.has(`${file} lint/style/${rule}`))
for (const { file, line } of silent) process.stdout.write(`not caught in ${file}: ${line}\n`)
process.exitCode = silent.length === 0 ? 0 : 1

/** Plants all of them, lints them in one run, and takes them away again. */
function lintPlanted(): Set<string> {
  const undo: (() => void)[] = []
  try {
    for (const { file, line } of violations) undo.push(plant(file, line))
    const files = violations.map(({ file }) => file)
    const argv = [biome, 'lint', '--reporter=json', '--max-diagnostics=none', ...files]
    const { stdout } = spawnSync(process.execPath, argv, { cwd: root, encoding: 'utf8' })
    const { diagnostics } = reportSchema.parse(JSON.parse(stdout))
    return new Set(diagnostics.map(({ category, location }) => `${location.path} ${category}`))
  } finally {
    for (const step of undo.reverse()) step()
  }
}

function plant(file: string, line: string): () => void {
  const path = join(root, file)
  if (existsSync(path)) throw new Error(`${file} exists: it would be written over`)
  const madeFolder = mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${line}\n`)
  return () => {
    rmSync(path)
    if (madeFolder !== undefined) rmSync(madeFolder, { recursive: true })
  }
}
