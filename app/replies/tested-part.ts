import type { JobSummary } from '../../worker/contract/index.ts'
import type { TextPart } from './format.ts'
import { harmlessQuote } from './harmless.ts'

const most = 4000
/** The line that the prompt asks for, however a model sets it off. */
const begins = /^(?:#{1,6} |[*_]{1,2}|- )?tested\b/im

/** An agent's closing words: what it did, and, from its last part on, how it tested that. */
function splitWords({ agentSummary }: Pick<JobSummary, 'agentSummary'>) {
  const at = agentSummary.search(begins)
  return at < 0
    ? { done: agentSummary.trim(), tested: '' }
    : { done: agentSummary.slice(0, at).trim(), tested: agentSummary.slice(at).trim() }
}

/** What it did; empty: it left no word. */
export function doneWords(summary: Pick<JobSummary, 'agentSummary'>): string {
  const { done } = splitWords(summary)
  return done === '' ? '' : harmlessQuote(done, most)
}

export function testedWords(summary: Pick<JobSummary, 'agentSummary'>): string {
  const { tested } = splitWords(summary)
  return tested === ''
    ? 'The agent does not say whether it ran tests, and which.'
    : `The agent's own word, which nobody checked:\n\n${harmlessQuote(tested, most)}`
}

export function donePart(summary: Pick<JobSummary, 'agentSummary'>): TextPart {
  return { title: 'What the agent says', text: doneWords(summary) }
}

export function testedPart(summary: Pick<JobSummary, 'agentSummary'>): TextPart {
  return { title: 'How it was tested', text: testedWords(summary) }
}
