import type { Document, Node, YAMLParseError, YAMLWarning } from 'yaml'
import { isMap, isPair, isScalar, Lexer, LineCounter, parseDocument, visit } from 'yaml'
import type { z } from 'zod'

/** One thing that is wrong with a policy. `line` counts from 1 and is null where no line is to blame. */
export interface PolicyProblem {
  readonly file: string
  readonly path: string
  readonly line: number | null
  readonly message: string
}

export type PolicyPath = readonly PropertyKey[]

export interface ParsedYaml<T> {
  readonly value: T
  /** Of the key, or of what holds it where it is not there. */
  lineOf(path: PolicyPath): number | null
  /** Null where the key itself is not there. */
  ownLineOf(path: PolicyPath): number | null
}

export type YamlParse<T> =
  | { readonly ok: true; readonly parsed: ParsedYaml<T> }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] }

const maxBytes = 65_536
/** Some twenty times a long policy. Composing and comparing keys is quadratic, so this is what bounds the time. */
const maxTokens = 4000
const maxProblems = 20

/**
 * Reads a YAML file of ours by its schema. Never throws: what cannot be read is a list of problems. It is bounded
 * before it is parsed, because the file may be a stranger's.
 */
export function parseYaml<T>(text: string, name: string, schema: z.ZodType<T>): YamlParse<T> {
  const refuse = (message: string, line: number | null = null): YamlParse<T> => ({
    ok: false,
    problems: [{ file: name, path: '', line, message }],
  })
  if (Buffer.byteLength(text) > maxBytes) return refuse(`larger than ${maxBytes} bytes`)
  if (hasTooManyTokens(text)) return refuse('too much structure: a policy is a page, not a program')

  const lines = new LineCounter()
  const document = parseDocument(text, {
    schema: 'core',
    customTags: [],
    merge: false,
    uniqueKeys: true,
    stringKeys: true,
    prettyErrors: false,
    // Not `silent`: that also keeps a second document from being an error.
    logLevel: 'error',
    lineCounter: lines,
  })
  const lineAt = (offset: number) => lines.linePos(offset).line
  const [broken] = [...document.errors, ...document.warnings]
  if (broken !== undefined) return refuse(describeBroken(broken), lineAt(broken.pos[0]))
  const forbidden = findForbidden(document)
  if (forbidden !== null) return refuse(forbidden.message, lineAt(forbidden.offset))

  const lineOf = (path: PolicyPath) => {
    const offset = offsetOf(document, path)
    return offset === null ? null : lineAt(offset)
  }
  const ownLineOf = (path: PolicyPath) => {
    const offset = ownOffsetOf(document, path)
    return offset === null ? null : lineAt(offset)
  }
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 0 }) ?? {})
  if (parsed.success) return { ok: true, parsed: { value: parsed.data, lineOf, ownLineOf } }
  const problems = parsed.error.issues.flatMap((issue) => describeIssue(issue, name, lineOf))
  return { ok: false, problems: problems.slice(0, maxProblems) }
}

/** The parser says of deep nesting how its own stack fared. */
function describeBroken({ code, message }: YAMLParseError | YAMLWarning): string {
  return code === 'RESOURCE_EXHAUSTION' ? 'nested too deeply' : firstLine(message)
}

function hasTooManyTokens(text: string): boolean {
  let count = 0
  for (const _token of new Lexer().lex(text)) {
    count += 1
    if (count > maxTokens) return true
  }
  return false
}

/** Aliases make bombs and loops; tags make types; these keys reach into objects. A policy needs none of them. */
function findForbidden(document: Document): { message: string; offset: number } | null {
  let found: { message: string; offset: number } | null = null
  const stop = (message: string, node: Node | null) => {
    found = { message, offset: node?.range?.[0] ?? 0 }
    return visit.BREAK
  }
  visit(document, {
    Alias: (_key, node) => stop('aliases are not allowed', node),
    Node: (_key, node) => {
      if ('anchor' in node && node.anchor !== undefined) return stop('anchors are not allowed', node)
      return node.tag === undefined ? undefined : stop('tags are not allowed', node)
    },
    Pair: (_key, pair) => {
      if (!isScalar(pair.key) || !forbiddenKeys.has(String(pair.key.value))) return undefined
      return stop(`unknown key ${String(pair.key.value)}`, pair.key)
    },
  })
  return found
}

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype'])

/** A key's own place where there is one, else the place of what holds it. */
function offsetOf(document: Document, path: PolicyPath): number | null {
  for (let length = path.length; length > 0; length -= 1) {
    const offset = ownOffsetOf(document, path.slice(0, length))
    if (offset !== null) return offset
  }
  return document.contents?.range?.[0] ?? null
}

function ownOffsetOf(document: Document, path: PolicyPath): number | null {
  const parent = document.getIn(path.slice(0, -1), true) ?? document.contents
  const key = path.at(-1)
  const pair = isMap(parent)
    ? parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key)
    : undefined
  if (pair !== undefined && isScalar(pair.key)) return pair.key.range?.[0] ?? null
  const node = document.getIn(path, true)
  return isScalar(node) || isMap(node) ? (node.range?.[0] ?? null) : null
}

function describeIssue(issue: z.core.$ZodIssue, file: string, lineOf: ParsedYaml<unknown>['lineOf']): PolicyProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      file,
      path: pathText([...issue.path, key]),
      line: lineOf([...issue.path, key]),
      message: 'unknown key',
    }))
  }
  // Of several forms the one that was meant: it has other faults than being of another type altogether.
  const meant = issue.code === 'invalid_union' ? issue.errors.find((faults) => !faults.some(isOfOtherType)) : undefined
  if (meant !== undefined) {
    return meant.flatMap((fault) => describeIssue({ ...fault, path: [...issue.path, ...fault.path] }, file, lineOf))
  }
  const message = firstLine(issue.message.replace(/^Invalid (?:input|option|string): /, ''))
  return [{ file, path: pathText(issue.path), line: lineOf(issue.path), message }]
}

function isOfOtherType({ code, path }: z.core.$ZodIssue): boolean {
  return code === 'invalid_type' && path.length === 0
}

/** `setup.network[1]`, bounded: keys are a stranger's text. */
function pathText(path: PolicyPath): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('')
    .slice(0, 200)
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').slice(0, 300)
}
