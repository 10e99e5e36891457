import type { Gate, GateFinding, GateInput } from '../../pipeline/ports/index.ts'
import { isFixture } from '../change/classify-path.ts'
import { compileGlobs } from '../change/compile-globs.ts'
import { createDocumentReader } from '../change/create-document-reader.ts'
import { type AddedLine, type ChangedFile, viewChange } from '../change/view-change.ts'
import { createFinding } from '../create-finding.ts'
import { aboutChange } from './about-change.ts'
import { findCollisions } from './find-collisions.ts'
import { createIsInstalled } from './find-installed.ts'
import { createTree } from './find-names.ts'
import { createWordLines } from './find-word-lines.ts'
import type { Change, Hit, Rule } from './rule.ts'
import { rules } from './rules.ts'

const compiledRules = rules.map((rule) => ({ rule, applies: compileGlobs(rule.paths) }))
const findWordLines = createWordLines(rules)

/** Finds what a change would run later, elsewhere: on install, when a folder is opened, in CI, in another agent. */
export const delayedExecutionGate: Gate = {
  name: 'delayed-execution',
  check(input) {
    const change = readChange(input)
    return [...change.files.values()].flatMap((file) => {
      const wordLines = findWordLines(file)
      const found = compiledRules
        .filter(({ applies }) => applies(file.path))
        .flatMap(({ rule }) => hitsOf(rule, file, change, wordLines).map((hit) => ({ rule, hit })))
      // Once for all of a file's: a hostile line can be tens of thousands of them, each over a megabyte.
      const about = found.length === 0 ? '' : aboutChange(file)
      return found.map(({ rule, hit }) => findingOf(rule, file, hit, about))
    })
  },
}

function hitsOf(rule: Rule, file: ChangedFile, change: Change, wordLines: ReadonlyMap<Rule, readonly AddedLine[]>) {
  if (rule.words === undefined) return rule.match(file, change)
  const added = wordLines.get(rule) ?? []
  return added.length === 0 ? [] : rule.match({ ...file, added }, change)
}

function readChange(input: GateInput): Change {
  const files = viewChange(input.changeSet)
  return {
    files: new Map(files.map((file) => [file.path, file])),
    read: createDocumentReader(),
    collisions: findCollisions(files, input.base.paths ?? []),
    tree: createTree(files, input.base.paths ?? []),
    isInstalled: createIsInstalled(files),
    protects: compileGlobs(input.policy.gates.protected),
  }
}

function findingOf(rule: Rule, file: ChangedFile, hit: Hit, about: string): GateFinding {
  const text = hit.text ?? rule
  const severity = hit.severity ?? text.severity
  const quiet = isFixture(file.path) && rule.alsoInFixtures !== true
  return createFinding({
    gate: 'delayed-execution',
    rule: text.id,
    severity: quiet ? 'note' : severity,
    path: file.path,
    line: hit.line,
    message: `${hit.what} ${text.when} ${text.mend}`,
    about: `${hit.what} ${about}`,
  })
}
