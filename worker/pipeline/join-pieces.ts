import type { AgentEvent } from './ports/index.ts'

export type WholeEvent = Exclude<AgentEvent, { kind: 'piece' }>

/** A longer text is handed on in parts: what an agent prints must not pile up here. */
const maxTextLength = 16_384

/** Makes whole texts of those that come in pieces. A text ends with the next event of another kind. */
export function createPieceJoiner(): (event: AgentEvent) => WholeEvent[] {
  let text = ''
  const take = (): WholeEvent[] => {
    const whole = text.trim()
    text = ''
    return whole === '' ? [] : [{ kind: 'text', text: whole }]
  }
  return (event) => {
    if (event.kind !== 'piece') return [...take(), event]
    const before = text.length + event.text.length > maxTextLength ? take() : []
    text += event.text
    return before
  }
}
