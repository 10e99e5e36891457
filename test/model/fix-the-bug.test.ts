import { expect, test } from 'vitest'
import type { Conversation, Entry, OfferedTool, Step } from './conversation.ts'
import { fixTheBug } from './fix-the-bug.ts'

const script = fixTheBug({
  path: 'add.js',
  from: 'a - b',
  to: 'a + b',
  test: 'npm test',
  passed: /^# ok$/m,
  summary: 'It adds now.',
})

const tool = (name: string, ...parameters: string[]): OfferedTool => ({ name, kind: 'function', parameters })
const pi = [tool('read', 'path'), tool('bash', 'command'), tool('edit', 'path', 'edits')]
const claude = [
  tool('Read', 'file_path'),
  tool('Bash', 'command'),
  tool('Edit', 'file_path', 'old_string', 'new_string'),
]
const codex: OfferedTool[] = [tool('exec_command', 'cmd'), { name: 'apply_patch', kind: 'custom', parameters: [] }]
const codeMode: OfferedTool[] = [{ name: 'exec', kind: 'custom', parameters: [] }]

/** The conversation after the tools have answered the model's calls with these results. */
function after(results: readonly string[], tools: readonly OfferedTool[] = pi): Conversation {
  const entries = results.flatMap((text, index): Entry[] => [
    { kind: 'call', id: `${index}`, name: 'x', input: {} },
    { kind: 'result', id: `${index}`, text },
  ])
  return { wire: 'anthropic', model: 'm', system: '', tools, entries: [{ kind: 'user', text: 'Mend it.' }, ...entries] }
}

async function inputs(tools: readonly OfferedTool[]): Promise<unknown[]> {
  const file = 'exports.add = (a, b) => a - b\n'
  const stages = [[], [file], [file, 'not ok'], [file, 'not ok', 'edited']]
  const steps = await Promise.all(stages.map((results) => script(after(results, tools))))
  return steps.map((step) => step.calls?.[0]?.input)
}

test('reads, reproduces, edits and verifies with the tools of pi', async () => {
  expect(await inputs(pi)).toEqual([
    { path: 'add.js' },
    { command: 'npm test' },
    { path: 'add.js', edits: [{ oldText: 'a - b', newText: 'a + b' }] },
    { command: 'npm test' },
  ])
})

test('says the same by the tools of Claude Code', async () => {
  expect(await inputs(claude)).toEqual([
    { file_path: 'add.js' },
    { command: 'npm test' },
    { file_path: 'add.js', old_string: 'a - b', new_string: 'a + b' },
    { command: 'npm test' },
  ])
})

test('says the same by the tools of Codex, with a patch made from the line that it read', async () => {
  const patch = [
    '*** Begin Patch',
    '*** Update File: add.js',
    '@@',
    '-exports.add = (a, b) => a - b',
    '+exports.add = (a, b) => a + b',
    '*** End Patch',
  ].join('\n')

  expect(await inputs(codex)).toEqual([{ cmd: 'cat add.js' }, { cmd: 'npm test' }, patch, { cmd: 'npm test' }])
  expect(await inputs(codeMode)).toContain(`text(await tools.apply_patch(${JSON.stringify(patch)}))`)
})

test('closes with the summary only when the tests pass', async () => {
  const file = 'a - b'
  const say = async (...results: string[]): Promise<Step> => script(after(results))

  expect(await say(file, 'not ok', 'edited', '# pass 3\n# ok\n')).toEqual({ text: 'It adds now.' })
  expect((await say(file, 'not ok', 'edited', 'npm: not found')).text).toContain('still fail')
})

test('changes nothing when the file or the tests are not as expected', async () => {
  expect(await script(after(['no such file']))).toEqual({ text: expect.stringContaining('changed nothing') })
  expect(await script(after(['a - b', '# ok']))).toEqual({ text: expect.stringContaining('changed nothing') })
})

test('answers a request without tools by text alone', async () => {
  expect(await script(after([], []))).toEqual({ text: expect.any(String) })
})
