/** Expressions of GitHub Actions as far as the rules read them: where they are in a text, and what they can come to. */

const answersYesOrNo = /^(?:contains|startsWith|endsWith|success|failure|always|cancelled)\s{0,5}\(/i
const compares = /==|!=|[<>]|^\s{0,20}!/

/**
 * The expressions of a text, each as GitHub reads it: a brace in quotes does not end one. Written with dots, however it
 * was written: `github['event']['issue']` is `github.event.issue`.
 */
export function expressionsOf(text: string): string[] {
  const found: string[] = []
  for (let start = text.indexOf('${{'); start !== -1; start = text.indexOf('${{', start)) {
    const end = endOfExpression(text, start + 3)
    // GitHub takes no workflow that has such a one.
    if (end === -1) break
    found.push(text.slice(start + 3, end).replaceAll(/\[\s{0,5}'([\w-]{1,50})'\s{0,5}\]/g, '.$1'))
    start = end + 2
  }
  return found
}

function endOfExpression(text: string, from: number): number {
  let quoted = false
  for (let index = from; index < text.length; index += 1) {
    if (text[index] === "'") quoted = !quoted
    else if (!quoted && text.startsWith('}}', index)) return index
  }
  return -1
}

/** What an expression can come to, its literals taken out: `a == 'b' && c || 'd'` is `c` or nothing. */
export function resultsOf(expression: string): string[] {
  return alternatives(expression.replaceAll(/'[^']{0,2000}'/g, "''"), 0)
}

/** More parentheses in one another than anybody writes are read as they stand. */
const deepest = 20

function alternatives(text: string, depth: number): string[] {
  const whole = text.trim()
  if (depth > deepest) return [whole]
  const either = splitOutside(whole, '||')
  if (either.length > 1) return either.flatMap((one) => alternatives(one, depth + 1))
  const last = splitOutside(whole, '&&').at(-1) ?? ''
  if (last !== whole) return alternatives(last, depth + 1)
  if (isInParentheses(whole)) return alternatives(whole.slice(1, -1), depth + 1)
  return isYesOrNo(whole) ? [] : [whole]
}

function isYesOrNo(text: string): boolean {
  if (answersYesOrNo.test(text)) return isInParentheses(text.slice(text.indexOf('(')))
  return compares.test(outside(text))
}

/** At each operator that is in no parentheses; quotes are not looked at. */
export function splitOutside(text: string, operator: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let index = 0; index < text.length; index += 1) {
    depth += step(text[index])
    if (depth !== 0 || !text.startsWith(operator, index)) continue
    parts.push(text.slice(from, index))
    from = index + operator.length
    index = from - 1
  }
  return [...parts, text.slice(from)]
}

/** The text without what stands in parentheses or brackets. */
function outside(text: string): string {
  let depth = 0
  let plain = ''
  for (const character of text) {
    depth += step(character)
    if (depth === 0) plain += character
  }
  return plain
}

function isInParentheses(text: string): boolean {
  return text.startsWith('(') && text.endsWith(')') && outside(text) === ')'
}

function step(character: string | undefined): number {
  if (character === '(' || character === '[') return 1
  return character === ')' || character === ']' ? -1 : 0
}
