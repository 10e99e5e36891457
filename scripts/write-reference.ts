/** `npm run docs`: writes the pages of docs/ that are made from the code. With `--check` it only names the stale ones. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findStale } from './reference/find-stale.ts'
import { referencePages } from './reference/reference-pages.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const stale = findStale(referencePages(), (path) => {
  const file = join(root, path)
  return existsSync(file) ? readFileSync(file, 'utf8') : null
})

if (process.argv.includes('--check')) {
  for (const { path } of stale) process.stdout.write(`${path} is stale: npm run docs\n`)
  process.exitCode = stale.length === 0 ? 0 : 1
} else {
  for (const { path, text } of stale) {
    writeFileSync(join(root, path), text)
    process.stdout.write(`wrote ${path}\n`)
  }
}
