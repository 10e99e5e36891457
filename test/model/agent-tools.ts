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

function inputFor(intent: Intent, tool: OfferedTool, conversation: Conversation): unknown {
  const has = (...names: string[]) => names.every((name) => tool.parameters.includes(name))
  const name = tool.name.toLowerCase()
  if (intent.do === 'read' && name === 'read') {
    return has('file_path') ? { file_path: intent.path } : has('path') ? { path: intent.path } : null
  }
  if (intent.do === 'run' && name === 'bash' && has('command')) return { command: intent.command }
  if (intent.do === 'run' && name === 'exec_command' && has('cmd')) return { cmd: intent.command }
  if (intent.do === 'run' && name === 'shell_command' && has('command')) return { command: intent.command }
  if (intent.do === 'run' && name === 'shell' && has('command')) return { command: ['bash', '-lc', intent.command] }
  if (intent.do === 'edit' && name === 'edit') {
    if (has('path', 'edits')) return { path: intent.path, edits: [{ oldText: intent.from, newText: intent.to }] }
    if (has('file_path', 'old_string', 'new_string')) {
      return { file_path: intent.path, old_string: intent.from, new_string: intent.to }
    }
  }
  if (tool.kind === 'custom' && name === 'apply_patch' && intent.do === 'edit') return patchFor(intent, conversation)
  if (tool.kind === 'custom' && name === 'exec') return scriptFor(intent, conversation)
  return null
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
