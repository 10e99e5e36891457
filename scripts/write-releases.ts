/**
 * Writes which commits the releases of widely used actions and hooks are, as their repositories say it today. The file
 * itself says which repositories. With an argument, these are asked for at that address instead.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import known from '../worker/gates/delayed-execution/rules/ci/known-releases.json' with { type: 'json' }

const path = new URL('../worker/gates/delayed-execution/rules/ci/known-releases.json', import.meta.url)
/** Of some there are hundreds. */
const most = 100
const tag = /^([0-9a-f]{40})\trefs\/tags\/(v?\d{1,5}\.\d{1,5}\.\d{1,5}(?:-[a-z]{1,10}[.\d]{0,10})?)(\^\{\})?$/gm

const address = process.argv[2] ?? 'https://github.com'
const releases = Object.keys(known)
  .sort()
  .map((name) => [name, releasesOf(name)])
writeFileSync(path, `${JSON.stringify(Object.fromEntries(releases), null, 2)}\n`)

function releasesOf(name: string): string[] {
  const asked = spawnSync('git', ['ls-remote', '--tags', `${address}/${name}`], { encoding: 'utf8' })
  if (asked.status !== 0) throw new Error(`${name}: ${asked.stderr}`)
  // A tag of its own says behind `^{}` which commit it names; that line is the later one.
  const commits = new Map([...asked.stdout.matchAll(tag)].map(([, commit = '', version = '']) => [version, commit]))
  const sorted = [...commits].sort(([a], [b]) => b.localeCompare(a, 'en', { numeric: true }))
  return sorted.slice(0, most).map(([version, commit]) => `${version} ${commit}`)
}
