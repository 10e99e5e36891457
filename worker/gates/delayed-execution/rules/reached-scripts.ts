import { textAt } from '../../change/read-value.ts'

const calls = /\b(?:npm|pnpm|yarn|bun|run-s|run-p|npm-run-all)((?:\s{1,5}[\w:.@*/-]{1,100}){1,8})/g
/** Scripts that one chain of calls is followed through. */
const chainLimit = 100

/** The scripts that a package's lifecycle scripts call in the end, with their `pre` and `post` companions. */
export function reachedScripts(document: unknown, lifecycle: readonly string[]): [string, string][] {
  const reached = new Map<string, string>()
  const pending = [...lifecycle]
  for (let name = pending.shift(); name !== undefined && reached.size < chainLimit; name = pending.shift()) {
    const script = textAt(document, 'scripts', name)
    if (script === null || reached.has(name)) continue
    reached.set(name, script)
    for (const called of calledBy(script)) pending.push(called, `pre${called}`, `post${called}`)
  }
  return [...reached].filter(([name]) => !lifecycle.includes(name)).map(([name, script]) => [`scripts.${name}`, script])
}

function calledBy(script: string): string[] {
  return [...script.matchAll(calls)].flatMap(([, words = '']) => words.trim().split(/\s+/))
}
