import { canonical, entriesAt, listAt, textAt, valueAt } from '../../change/read-value.ts'
import { readAction, readImage } from './action-reference.ts'
import { matrixValues } from './matrix-values.ts'

const readElsewhere = [
  ...['name', 'timeout-minutes', 'concurrency', 'permissions', 'secrets', 'environment', 'runs-on', 'needs', 'if'],
  ...['steps', 'strategy', 'env', 'container', 'services', 'uses', 'with'],
]
const versionInput = /(?:^|[-_])versions?$/i
/** Inputs that say how much or how long, and what is kept for the next run. */
const amountInput =
  /^(?:fetch-depth|retention-days|compression-level|check-latest|cache|cache-dependency-path|verbosity)$/i
const version =
  /^[v^~]?\d{1,9}(?:\.(?:\d{1,9}|x|\*)){0,3}(?:-?(?:a|alpha|b|beta|rc|dev|pre|preview|next|lts)[.\d]{0,9})?$/i
const word = /^[\w.+-]{1,60}$/

/**
 * What a job runs and uses, each as one text: without names, limits of time and other releases of the same. Of a job that
 * holds nothing it is each step, in any order; else all steps as one, since one that is gone may have been the check.
 */
export function effectsOf(document: unknown, body: unknown, asPlain: boolean): Set<string> {
  const steps = listAt(body, 'steps').map((step) => stepEffect(step, asPlain))
  return new Set([...jobEffects(document, body, asPlain), ...(asPlain ? steps : [['steps', steps]])].map(canonical))
}

/** Lines of all scripts of a job. */
export function scriptLines(body: unknown): string[] {
  const scripts = listAt(body, 'steps').flatMap((step) => textAt(step, 'run') ?? [])
  return scripts.flatMap((script) => script.split('\n').map((line) => line.trim())).filter((line) => line !== '')
}

function* jobEffects(document: unknown, body: unknown, asPlain: boolean): Generator<unknown> {
  for (const [key, value] of entriesAt(body)) {
    if (readElsewhere.includes(key)) continue
    yield [key, key === 'using' ? String(value).replace(/^node\d{1,3}$/, 'node') : value]
  }
  for (const [name, value] of [...entriesAt(document, 'env'), ...entriesAt(body, 'env')]) {
    yield ['env', name, withoutVersion(value)]
  }
  for (const container of [valueAt(body, 'container'), ...entriesAt(body, 'services').map(([, one]) => one)]) {
    if (container !== undefined) yield ['container', withoutTag(container)]
  }
  const uses = textAt(body, 'uses')
  if (uses !== null) yield ['uses', actionEffect(uses, asPlain), inputs(valueAt(body, 'with'), asPlain)]
  yield* matrixEffects(body, asPlain)
}

/** A matrix may be pasted anywhere: only a version, or in a job that holds nothing a word, is no news. */
function* matrixEffects(body: unknown, asPlain: boolean): Generator<unknown> {
  const whole = textAt(body, 'strategy', 'matrix')
  if (whole !== null) yield ['matrix', whole]
  for (const [name, value] of matrixValues(body)) {
    const told = leaves(value).filter((leaf) => !isVersion(leaf) && !(asPlain && word.test(String(leaf))))
    for (const leaf of told) yield ['matrix', name, leaf]
  }
}

function stepEffect(step: unknown, asPlain: boolean): unknown {
  const apart = ['name', 'timeout-minutes', 'uses', 'with', 'env', ...(asPlain ? ['if', 'run'] : [])]
  const uses = textAt(step, 'uses')
  return [
    entriesAt(step).filter(([key]) => !apart.includes(key)),
    uses === null ? null : actionEffect(uses, asPlain),
    inputs(valueAt(step, 'with'), asPlain),
    Object.fromEntries(entriesAt(step, 'env').map(([name, value]) => [name, withoutVersion(value)])),
  ]
}

/** A release by its name alone. A commit may be one of a fork: it is let pass where the job holds nothing. */
function actionEffect(text: string, asPlain: boolean): string {
  const { name, level } = readAction(text)
  return level === 'release' || (level === 'commit' && asPlain) ? `${name}@release` : text
}

function withoutTag(container: unknown): unknown {
  const text = typeof container === 'string' ? container : textAt(container, 'image')
  const { name, level } = readImage(text ?? '')
  const image = level === 'release' ? `${name}:release` : text
  return typeof container === 'string' ? image : Object.fromEntries([...entriesAt(container), ['image', image]])
}

function inputs(given: unknown, asPlain: boolean): unknown {
  return Object.fromEntries(
    entriesAt(given).flatMap(([name, value]): [string, unknown][] => {
      const listed = String(value)
        .replaceAll(/\$\{\{\s{0,5}matrix\.[\w-]{1,60}\s{0,5}\}\}/g, '1')
        .split(/[\s,]+/)
      const isVersions = listed.every((one) => one === '' || isVersion(one) || /^(?:latest|stable|lts\/\*)$/.test(one))
      if (versionInput.test(name) && isVersions) return [[name, 'version']]
      return asPlain && amountInput.test(name) && !String(value).includes('${') ? [] : [[name, value]]
    }),
  )
}

function withoutVersion(value: unknown): unknown {
  return isVersion(value) ? 'version' : value
}

function isVersion(value: unknown): boolean {
  return version.test(String(value))
}

function leaves(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value]
}
