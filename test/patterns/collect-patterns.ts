import { type CallExpression, type NewExpression, parseSync, Visitor } from 'oxc-parser'

/** A regular expression that stands in a source as a literal. */
export interface Pattern {
  readonly source: string
  readonly flags: string
  readonly line: number
}

/** What a source holds of patterns; `made` are the lines on which it makes one from a text. */
export interface Patterns {
  readonly literals: readonly Pattern[]
  readonly made: readonly number[]
}

/** Methods of strings that make a pattern of a text they are given. */
const makers = new Set(['match', 'matchAll', 'search'])

/** Every regular expression of a TypeScript source, from its syntax tree: none is overlooked for how it is written. */
export function collectPatterns(name: string, source: string): Patterns {
  const { program, errors } = parseSync(name, source)
  if (errors.length > 0) throw new SyntaxError(`${name} cannot be parsed: ${errors[0]?.message}`)
  const literals: Pattern[] = []
  const made: number[] = []
  const lineOf = (offset: number) => source.slice(0, offset).split('\n').length
  const visitCall = (node: CallExpression | NewExpression) => {
    if (makesPattern(node)) made.push(lineOf(node.start))
  }
  new Visitor({
    Literal(node) {
      if ('regex' in node)
        literals.push({ source: node.regex.pattern, flags: node.regex.flags, line: lineOf(node.start) })
    },
    CallExpression: visitCall,
    NewExpression: visitCall,
  }).visit(program)
  return { literals, made }
}

/** `new RegExp(…)`, `RegExp(…)`, and `text.match("…")`, which makes one unseen. */
function makesPattern({ callee, arguments: [first] }: CallExpression | NewExpression): boolean {
  if (callee.type === 'Identifier') return callee.name === 'RegExp'
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return false
  if (callee.property.name === 'RegExp') return true
  const isText = first?.type === 'TemplateLiteral' || (first?.type === 'Literal' && typeof first.value === 'string')
  return isText && makers.has(callee.property.name)
}
