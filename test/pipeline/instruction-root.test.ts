import { expect, test } from 'vitest'
import { agentRules } from '../../worker/gates/delayed-execution/rules/workstation/agent-rules.ts'
import { instructionRoot } from '../../worker/pipeline/instruction-root.ts'

/** One path for each choice of a pattern's braces, with something for each star. */
function pathsOf(pattern: string): readonly string[] {
  const braces = /\{([^{}]*)\}/.exec(pattern)
  if (braces === null) return [pattern.replaceAll('**', 'deep/er').replaceAll('*', 'some')]
  const [whole, choices = ''] = braces
  return choices.split(',').flatMap((choice) => pathsOf(pattern.replace(whole, () => choice)))
}

test.each(agentRules.map(({ id, paths }) => [id, paths.flatMap(pathsOf)] as const))(
  'what the gate %s takes for an agent’s does not come from a pull request',
  (_, paths) => {
    expect(paths.length).toBeGreaterThan(0)
    expect(paths.filter((path) => instructionRoot(path) === null)).toEqual([])
  },
)

test.each([
  ['.claude/commands/evil.md', '.claude'],
  ['packages/one/.Cursor/rules/x.mdc', 'packages/one/.Cursor'],
  ['docs/Agents.MD', 'docs/Agents.MD'],
  ['.github/copilot-instructions.md', '.github/copilot-instructions.md'],
])('of %s goes %s, with all that is in it', (path, root) => {
  expect(instructionRoot(path)).toBe(root)
})

test.each(['src/index.ts', '.github/workflows/ci.yml', 'docs/agents-and-brokers.md', 'claude/readme.txt'])(
  'control: %s stays the pull request’s',
  (path) => {
    expect(instructionRoot(path)).toBeNull()
  },
)
