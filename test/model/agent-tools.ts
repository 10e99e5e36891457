import type { Conversation, OfferedTool, ToolCall } from './conversation.ts'

/** What a model wants done, before it is put into the words of the tools that it was offered. */
export type Intent =
  | { readonly do: 'read'; readonly path: string }
  | { readonly do: 'run'; readonly command: string }
  | { readonly do: 'edit'; readonly path: string; readonly from: string; readonly to: string }

/** Says an intent by the tools on offer, whichever agent CLI offers them. Throws when none of them fits. */
export function toToolCall(intent: Intent, conversation: Conversation): ToolCall {
  for (const tool of conversation.tools) {
    const input = inputFor(intent, tool, conversation)
    if (input !== null) return { name: tool.name, input }
  }
  if (intent.do === 'read') return toToolCall({ do: 'run', command: `cat ${intent.path}` }, conversation)
  throw new Error(`no tool to ${intent.do} with among: ${conversation.tools.map((tool) => tool.name).join(', ')}`)
}

const readers = ['read', 'read_file', 'view']
const editors = ['edit', 'replace']
const shells = ['bash', 'shell_command', 'run_shell_command']
const pathNames = ['file_path', 'filePath', 'path']
const pairNames = [
  ['old_string', 'new_string'],
  ['oldString', 'newString'],
  ['old_str', 'new_str'],
]

function inputFor(intent: Intent, tool: OfferedTool, conversation: Conversation): unknown {
  const has = (...names: string[]) => names.every((name) => tool.parameters.includes(name))
  const name = tool.name.toLowerCase()
  if (intent.do === 'run') {
    if (shells.includes(name) && has('command')) return withReason({ command: intent.command }, tool)
    if (name === 'exec_command' && has('cmd')) return { cmd: intent.command }
    if (name === 'shell' && has('command')) return { command: ['bash', '-lc', intent.command] }
  }
  const pathName = pathNames.find((candidate) => has(candidate))
  if (intent.do === 'read' && readers.includes(name) && pathName !== undefined) {
    return { [pathName]: pathFor(intent.path, conversation) }
  }
  if (intent.do === 'edit' && editors.includes(name) && pathName !== undefined) {
    return editWith(intent, pathName, tool, conversation)
  }
  if (tool.kind === 'custom' && name === 'apply_patch' && intent.do === 'edit') return patchFor(intent, conversation)
  if (tool.kind === 'custom' && name === 'exec') return scriptFor(intent, conversation)
  return null
}

function editWith(
  { path, from, to }: Intent & { do: 'edit' },
  pathName: string,
  tool: OfferedTool,
  conversation: Conversation,
): unknown {
  const place = { [pathName]: pathFor(path, conversation) }
  if (tool.parameters.includes('edits')) return { ...place, edits: [{ oldText: from, newText: to }] }
  const pair = pairNames.find((names) => names.every((name) => tool.parameters.includes(name)))
  if (pair === undefined) return null
  const [old = '', fresh = ''] = pair
  return withReason({ ...place, [old]: from, [fresh]: to }, tool)
}

/** Some tools want to be told why. */
function withReason(input: Record<string, string>, { parameters }: OfferedTool): unknown {
  const names = ['description', 'instruction'].filter((name) => parameters.includes(name))
  return { ...input, ...Object.fromEntries(names.map((name) => [name, 'Mend the bug'])) }
}

/** Some tools take absolute paths alone; their CLIs tell the model where it works. */
function pathFor(path: string, { system, entries }: Conversation): string {
  const said = [system, ...entries.flatMap((entry) => (entry.kind === 'user' ? [entry.text] : []))].join('\n')
  const folder = /(?:working in the directory|Current working directory|Working directory): *(\/[^\s<]+)/i.exec(
    said,
  )?.[1]
  return folder === undefined ? path : `${folder.replace(/[.,]$/, '')}/${path}`
}

/** A tool that takes JavaScript, in which the other tools are functions. */
function scriptFor(intent: Intent, conversation: Conversation): string | null {
  if (intent.do === 'run') return `text((await tools.exec_command(${JSON.stringify({ cmd: intent.command })})).output)`
  const patch = intent.do === 'edit' ? patchFor(intent, conversation) : null
  return patch === null ? null : `text(await tools.apply_patch(${JSON.stringify(patch)}))`
}

/** A patch is made of whole lines: they are taken from what the model has read. */
function patchFor(intent: Intent & { do: 'edit' }, { entries }: Conversation): string | null {
  const line = entries
    .flatMap((entry) => (entry.kind === 'result' ? entry.text.split('\n') : []))
    .find((candidate) => candidate.includes(intent.from))
  if (line === undefined) return null
  const changed = line.replace(intent.from, () => intent.to)
  return `*** Begin Patch\n*** Update File: ${intent.path}\n@@\n-${line}\n+${changed}\n*** End Patch`
}
