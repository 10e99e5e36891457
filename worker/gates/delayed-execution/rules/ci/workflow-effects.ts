import { canonical, entriesAt, listAt, textAt, valueAt } from '../../../change/read-value.ts'
import { isOfRepository, readAction, readImage, readTaggedImage, releaseOf } from './action-reference.ts'
import { matrixValues } from './matrix-values.ts'
import {
  isHarmlessInMatrix,
  isHarmlessInput,
  isHarmlessVariable,
  isLiteral,
  isMeasure,
  isVersion,
  isVersionInput,
  isWordForPeople,
  runnerOfGitHub,
} from './workflow-values.ts'

const readElsewhere = [
  ...['name', 'timeout-minutes', 'concurrency', 'permissions', 'secrets', 'environment', 'runs-on', 'needs', 'if'],
  ...['steps', 'strategy', 'env', 'container', 'services', 'uses', 'with', 'outputs'],
]

/** How closely a job is looked at: `open` holds nothing and ran the repository's code already, `plain` holds nothing. */
export type Look = 'open' | 'plain' | 'close'

/**
 * What a job runs and uses, each as one text: without names, limits of time and other releases of the same. Of a job that
 * holds nothing it is each step, in any order; else all steps as one, since one that is gone may have been the check.
 */
export function effectsOf(document: unknown, body: unknown, look: Look): Set<string> {
  const isNamed = look === 'close' || valueAt(body, 'outputs') !== undefined
  const steps = listAt(body, 'steps').map((step) => stepEffect(step, look, isNamed))
  const keeping = listAt(body, 'steps').filter(keepsCredentials)
  const keeper = (step: unknown) =>
    look === 'close' ? stepEffect(step, look, isNamed) : actionEffect(textAt(step, 'uses') ?? '', look)
  return new Set(
    [
      ...jobEffects(document, body, look),
      ...(look === 'close' ? [['steps', steps]] : steps),
      ...keeping.map((step) => ['keeps credentials', keeper(step)]),
    ].map(canonical),
  )
}

/** A checkout leaves its token where every later step can read it, unless it is told otherwise. */
function keepsCredentials(step: unknown): boolean {
  const value = valueAt(step, 'with', 'persist-credentials')
  if (value !== undefined) return String(value) !== 'false'
  return /\/checkout@/.test(textAt(step, 'uses') ?? '')
}

/** Lines of all scripts of a job. */
export function scriptLines(body: unknown): string[] {
  const scripts = listAt(body, 'steps').flatMap((step) => textAt(step, 'run') ?? [])
  return scripts.flatMap((script) => script.split('\n').map((line) => line.trim())).filter((line) => line !== '')
}

function* jobEffects(document: unknown, body: unknown, look: Look): Generator<unknown> {
  for (const [key, value] of entriesAt(body)) {
    if (readElsewhere.includes(key)) continue
    yield [key, key === 'using' ? String(value).replace(/^node\d{1,3}$/, 'node') : value]
  }
  for (const owner of [document, body]) for (const entry of variables(owner, look)) yield ['env', ...entry]
  for (const container of [valueAt(body, 'container'), ...entriesAt(body, 'services').map(([, one]) => one)]) {
    if (container !== undefined) yield ['container', imageOf(container, look)]
  }
  const uses = textAt(body, 'uses')
  if (uses !== null) yield ['uses', actionEffect(uses, look), inputs(valueAt(body, 'with'), look)]
  for (const [name, value] of entriesAt(body, 'outputs')) yield ['outputs', name, value]
  yield* matrixEffects(body, look)
}

function* matrixEffects(body: unknown, look: Look): Generator<unknown> {
  for (const place of [['matrix'], ['matrix', 'include'], ['matrix', 'exclude']]) {
    const whole = textAt(body, 'strategy', ...place)
    if (whole !== null) yield [...place, whole]
  }
  for (const one of [...made(valueAt(body, 'services')), ...made(valueAt(body, 'strategy'))]) yield ['strategy', ...one]
  const pasting = JSON.stringify([scriptLines(body), valueAt(body, 'container'), valueAt(body, 'services')])
  const isPastedWhole = /\bmatrix\b(?!\.[\w-])/i.test(pasting)
  for (const [name, value] of matrixValues(body)) {
    const isPasted = isPastedWhole || pasting.toLowerCase().includes(`matrix.${name.toLowerCase()}`)
    const isHarmless = (leaf: unknown) =>
      isVersion(leaf) || runnerOfGitHub.test(String(leaf)) || (look !== 'close' && isHarmlessInMatrix(leaf, isPasted))
    for (const leaf of leaves(value).filter((one) => !isHarmless(one))) yield ['matrix', name, leaf]
  }
}

/** By what other steps call it only where the job hands something out: which step that comes from may count. */
function stepEffect(step: unknown, look: Look, isNamed: boolean): unknown {
  const apart = ['name', 'timeout-minutes', 'uses', 'with', 'env', ...(look === 'close' ? [] : ['if', 'run'])]
  if (!isNamed) apart.push('id')
  const uses = textAt(step, 'uses')
  // The code of the project, as its scripts are; what it is told is looked at.
  const isOwn = look === 'open' && uses !== null && isOfRepository(uses)
  const rest = entriesAt(step).filter(([key]) => !apart.includes(key))
  const given = inputs(valueAt(step, 'with'), look).filter(([, value]) => !isOwn || !isLiteral(value))
  const set = variables(step, look)
  const isReady = uses !== null && look === 'open' && onlyPrepares(uses) && [rest, given, set].flat().length === 0
  return [rest, uses === null || isOwn || isReady ? null : actionEffect(uses, look), given, set]
}

/** Actions of GitHub that fetch the project itself or a language, in a release that is sure. */
function onlyPrepares(uses: string): boolean {
  const action = readAction(uses)
  const name = /^actions\/(?:checkout|setup-(?:node|python|java|go|dotnet))$/
  return name.test(action.name) && releaseOf(action) !== null
}

/** A step that only runs a script, whose lines are looked at by themselves. */
export const emptyStep = canonical([[], null, [], []])

/**
 * A release by its name alone. A commit may be one of a fork, and a digest one of an old image: they are let pass where the
 * job holds nothing.
 */
function actionEffect(text: string, look: Look): string {
  if (text.startsWith('docker://')) return imageEffect(text.slice(9), look)
  const action = readAction(text)
  const isOne = releaseOf(action) !== null || (action.level === 'commit' && look === 'open')
  return isOne ? `${action.name}@release` : text
}

/** By its digest, whatever name for the same stands beside it. Where the job holds nothing, all that its owner names so. */
function imageEffect(text: string, look: Look): string {
  const { name, level, reference } = look === 'close' ? readImage(text) : readTaggedImage(text)
  if (level === 'release') return `${name}@release`
  return level === 'commit' ? `${name.replace(/:[\w.-]{1,100}$/, '')}@${reference}` : text
}

function imageOf(container: unknown, look: Look): unknown {
  const text = typeof container === 'string' ? container : textAt(container, 'image')
  const image = imageEffect(text ?? '', look)
  return typeof container === 'string' ? image : Object.fromEntries([...entriesAt(container), ['image', image]])
}

/** Of a table that an expression makes, nothing is known: it stands as a whole. */
function made(table: unknown): [string, unknown][] {
  return typeof table === 'string' || Array.isArray(table) ? [['made by', table]] : []
}

function inputs(given: unknown, look: Look): [string, unknown][] {
  const known = entriesAt(given).flatMap(([name, value]): [string, unknown][] => {
    if (name === 'persist-credentials' || isMeasure(name, value)) return []
    if (isVersionInput(name, value, look !== 'close')) return [[name, 'version']]
    const isHarmless = look === 'close' ? isWordForPeople(name, value) : isHarmlessInput(name, value, look === 'open')
    return isHarmless ? [] : [[name, value]]
  })
  return [...made(given), ...known]
}

function variables(owner: unknown, look: Look): [string, unknown][] {
  const known = entriesAt(owner, 'env').flatMap(([name, value]): [string, unknown][] => {
    if (look !== 'close' && isHarmlessVariable(name, value)) return []
    return [[name, isVersion(value) ? 'version' : value]]
  })
  return [...made(valueAt(owner, 'env')), ...known]
}

function leaves(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value]
}
