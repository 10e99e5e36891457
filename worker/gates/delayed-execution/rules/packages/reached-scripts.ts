import { textAt } from '../../../change/read-value.ts'

const calls = /\b(?:npm|pnpm|yarn|bun|run-s|run-p|npm-run-all)((?:\s{1,5}[\w:.@*/-]{1,100}){1,8})/g

/** The scripts that a package's lifecycle scripts call in the end, with their `pre` and `post` companions. */
export function reachedScripts(document: unknown, lifecycle: readonly string[]): [string, string][] {
  const reached = new Map<string, string>()
  const reach = (names: Iterable<string>) => {
    for (const name of names) {
      const script = reached.has(name) ? null : textAt(document, 'scripts', name)
      if (script !== null) reached.set(name, script)
    }
  }
  reach(lifecycle)
  // A Map also walks over what is added on the way, so this follows every chain, each script once.
  for (const script of reached.values()) reach(calledBy(script))
  return [...reached].filter(([name]) => !lifecycle.includes(name)).map(([name, script]) => [`scripts.${name}`, script])
}

function calledBy(script: string): Set<string> {
  const words = [...script.matchAll(calls)].flatMap(([, called = '']) => called.trim().split(/\s+/))
  return new Set(words.flatMap((name) => [name, `pre${name}`, `post${name}`]))
}
