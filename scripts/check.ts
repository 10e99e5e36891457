/** `npm run check`: types, lint with the module rules, dead code, documents. Each part runs even if one before it failed. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const parts: readonly (readonly [string, readonly string[]])[] = [
  ['types', ['node_modules/typescript/bin/tsc', '--noEmit']],
  ['lint and module rules', ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.']],
  ['planted violations are caught', ['scripts/check-module-rules.ts']],
  ['dead code', ['node_modules/knip/bin/knip.js']],
  ['generated documents', ['scripts/write-reference.ts', '--check']],
]

const failed = parts.filter(([name, argv]) => {
  process.stdout.write(`check: ${name}\n`)
  return spawnSync(process.execPath, argv, { cwd: root, stdio: 'inherit' }).status !== 0
})
for (const [name] of failed) process.stdout.write(`check: FAILED: ${name}\n`)
process.exitCode = failed.length === 0 ? 0 : 1
