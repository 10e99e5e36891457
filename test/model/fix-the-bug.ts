import { type Intent, toToolCall } from './agent-tools.ts'
import type { Conversation, Script, Step } from './conversation.ts'

export interface BugFix {
  /** The file with the bug, relative to the workspace. */
  readonly path: string
  readonly from: string
  readonly to: string
  /** A shell line that runs the tests. */
  readonly test: string
  /** Found in what the tests print when, and only when, all of them pass. */
  readonly passed: RegExp
  /** The closing words after the tests have passed. */
  readonly summary: string
}

/**
 * A model that mends one known bug as a person would: reads the file, sees the test fail, edits, sees it pass. It
 * goes by what the tools answer, and says so where that is not what it expected. The place in the loop is counted
 * from the conversation alone, so that one script serves any number of agents at once.
 */
export function fixTheBug(fix: BugFix): Script {
  return (conversation) => {
    if (conversation.tools.length === 0) return { text: 'Fix the failing test' }
    const results = resultsOf(conversation)
    const act = (text: string, intent: Intent): Step => ({ text, calls: [toToolCall(intent, conversation)] })

    const [read, before, edited, after] = results
    if (read === undefined) return act(`I will read ${fix.path} first.`, { do: 'read', path: fix.path })
    if (!read.includes(fix.from))
      return { text: `I did not find what I expected in ${fix.path}, so I changed nothing.` }
    if (before === undefined) return act('Now I run the tests to see the failure.', { do: 'run', command: fix.test })
    if (fix.passed.test(before)) return { text: 'The tests pass already, so I changed nothing.' }
    if (edited === undefined) {
      return act('The failure is reproduced. I change the one expression that causes it.', {
        do: 'edit',
        path: fix.path,
        from: fix.from,
        to: fix.to,
      })
    }
    if (after === undefined) return act('I run the tests again.', { do: 'run', command: fix.test })
    return { text: fix.passed.test(after) ? fix.summary : 'The tests still fail after my change. This needs a person.' }
  }
}

/** What the tools answered to the model's own calls, in the order of the calls. */
function resultsOf({ entries }: Conversation): string[] {
  return entries.flatMap((entry) => {
    if (entry.kind !== 'call') return []
    const result = entries.find((candidate) => candidate.kind === 'result' && candidate.id === entry.id)
    return result?.kind === 'result' ? [result.text] : []
  })
}
