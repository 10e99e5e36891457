import { entriesAt, textAt } from '../../../change/read-value.ts'
import { matrixValues } from './matrix-values.ts'
import { type Entry, environments, steps } from './workflow-entries.ts'
import { expressionsOf, resultsOf } from './workflow-expressions.ts'

/** What strangers write: by GitHub's own list, contexts that end so. */
const strangersWords =
  /github\.head_ref|github\.event\.(?:issue|pull_request|comment|review|review_comment|discussion|discussion_comment|head_commit|commits|pages|workflow_run|\*)(?:\b|(?<=\*))(?!\.(?:base|labels)\b)[^}]{0,200}\.(?:body|title|message|label|name|email|ref|head_branch|head_ref|page_name|default_branch|display_title)\b|toJSON\(\s{0,5}github(?:\.event(?:\.\w{1,30})?)?\s{0,5}\)/i
/** A part of the event whose name is only known when it runs: so it is hidden from whoever reads the workflow. */
const computedName =
  /\bgithub(?:\.event(?:\.(?!inputs\b|client_payload\b)[\w-]{1,40}){0,3})?\s{0,5}\[\s{0,5}[^\s\d*\]]/i
/** What whoever starts the workflow writes, or names a branch: people with write access, or another workflow. */
const givenWords =
  /\binputs\.([\w-]{1,100})|\bgithub\.event\.client_payload\.[\w-]{1,100}|\bgithub\.(?:ref|ref_name|base_ref)\b(?!\.)/gi
/** Inputs of steps that are run or obeyed as text. */
const obeyedInput =
  /^(?:(?:.{0,100}[-_])?(?:script|run|args|cmd|commands?|expression|eval)|.{0,100}prompt.{0,100}|.{0,100}instructions?|claude_args|inlineScript)$/i

/** Scripts and prompts into which a stranger's text is pasted, by itself or by what holds it. */
export function* untrustedText(document: unknown): Generator<Entry> {
  yield* pastedTexts(document, holdsStrangersWords)
}

/** Scripts into which something is pasted that whoever starts the workflow gives. */
export function* givenText(document: unknown): Generator<Entry> {
  const limited = limitedInputs(document)
  yield* pastedTexts(document, (result) =>
    [...result.matchAll(givenWords)].some(([, input]) => input === undefined || !limited.has(input)),
  )
}

function holdsStrangersWords(result: string): boolean {
  return strangersWords.test(result) || computedName.test(result)
}

/** Each with what is pasted: the rest of a script may change around it. */
function* pastedTexts(document: unknown, isPasted: (result: string) => boolean): Generator<Entry> {
  const resultsIn = (text: unknown) => (typeof text === 'string' ? expressionsOf(text).flatMap(resultsOf) : [])
  const carriers = carriersIn(document, (text) => resultsIn(text).some(isPasted))
  for (const [label, step] of steps(document)) {
    for (const [name, text] of obeyedTexts(step)) {
      const pasted = resultsIn(text).filter((one) => isPasted(one) || carriedIn(one).some((word) => carriers.has(word)))
      if (pasted.length > 0) yield [`${label}.${name}`, [...new Set(pasted.map((one) => one.trim()))].sort()]
    }
  }
}

/** Variables and outputs that hold such a text: harmless to a shell that reads them, pasted as an expression they are not. */
function carriersIn(document: unknown, holds: (text: unknown) => boolean): Set<string> {
  const jobs = entriesAt(document, 'jobs').map(([, job]) => job)
  const named: Entry[] = [
    ...environments(document).map(([name, text]): Entry => [`env.${name}`, text]),
    ...jobs.flatMap((job) => entriesAt(job, 'outputs')).map(([name, text]): Entry => [`outputs.${name}`, text]),
    ...jobs.flatMap(matrixValues).map(([name, text]): Entry => [`matrix.${name}`, text]),
  ]
  return new Set(named.filter(([, text]) => holds(text)).map(([name]) => name))
}

function carriedIn(result: string): string[] {
  return [...result.matchAll(/\b(env|outputs|matrix)\.([\w-]{1,100})/g)].map(([, kind, name]) => `${kind}.${name}`)
}

/** Inputs that cannot be any text. */
function limitedInputs(document: unknown): Set<string> {
  const declared = ['workflow_dispatch', 'workflow_call'].flatMap((event) => entriesAt(document, 'on', event, 'inputs'))
  const isText = (input: unknown) => !['boolean', 'number', 'choice'].includes(textAt(input, 'type') ?? 'string')
  const texts = new Set(declared.filter(([, input]) => isText(input)).map(([name]) => name))
  return new Set(declared.map(([name]) => name).filter((name) => !texts.has(name)))
}

function* obeyedTexts(step: unknown): Generator<[string, string]> {
  const run = textAt(step, 'run')
  if (run !== null) yield ['run', run]
  for (const [name, value] of entriesAt(step, 'with')) {
    if (typeof value === 'string' && obeyedInput.test(name)) yield [`with.${name}`, value]
  }
}
