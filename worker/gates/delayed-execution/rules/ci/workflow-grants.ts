import { entriesAt, listAt, textAt, valueAt } from '../../../change/read-value.ts'
import { isOfRepository, readAction, readImage } from './action-reference.ts'
import { matrixValues } from './matrix-values.ts'
import { type Entry, steps, strangersEvents, triggers } from './workflow-entries.ts'
import { expressionsOf } from './workflow-expressions.ts'
import { grantedWrites, isPlainWorkflow } from './workflow-jobs.ts'
import { secretNames } from './workflow-secrets.ts'

/** Events that an outsider can cause, though they run on the base repository's behalf. */
const causedByStrangers = [
  ...strangersEvents,
  ...['issues', 'discussion', 'discussion_comment', 'fork', 'watch', 'gollum', 'repository_dispatch'],
]
const botName =
  /\bgithub(?:\.|\[\s{0,5}')(?:triggering_)?actor(?:_id)?\b[^&|]{0,20}==\s{0,5}'?(?:[^'&|]{0,60}\[bot\]|\d{1,12}\b)/i
const textContains = /\bcontains\(\s{0,5}'[^']{0,300}'\s{0,5},/i

/** Triggers that outsiders can cause. */
export function* strangersTriggers(document: unknown): Generator<Entry> {
  for (const event of triggers(document)) if (causedByStrangers.includes(event)) yield [`on ${event}`, true]
}

/**
 * Every trigger of a workflow with its filters. When a clock starts it, and what it asks of whoever starts it, opens it to
 * nobody. On which paths it runs is no news but where strangers choose them; on which branches neither, where all of its
 * jobs hold nothing.
 */
export function* allTriggers(document: unknown): Generator<Entry> {
  const isPlain = isPlainWorkflow(document)
  for (const event of triggers(document)) {
    // A person with write access starts it, or its commit is on its way to a branch anyway.
    if (isPlain && ['workflow_dispatch', 'merge_group'].includes(event)) continue
    const filters = entriesAt(document, 'on', event)
    const isOpen = isPlain || ['schedule', 'workflow_dispatch', 'workflow_call'].includes(event)
    const count = (name: string) => causedByStrangers.includes(event) || !/^paths(?:-ignore)?$/.test(name)
    yield [`on ${event}`, isOpen ? [] : filters.filter(([name]) => count(name))]
  }
}

/** What the token of each job may do beyond reading, whether the job says so or the workflow. */
export function* permissions(document: unknown): Generator<Entry> {
  for (const [job, body] of entriesAt(document, 'jobs')) {
    const all =
      textAt(body, 'permissions') ??
      (valueAt(body, 'permissions') === undefined ? textAt(document, 'permissions') : null)
    const writes = grantedWrites(document, body)
    if (writes === null) yield ['permissions as the repository sets them', true]
    for (const scope of all === null ? (writes ?? []) : [all]) yield [`jobs.${job} permissions ${scope}`, true]
  }
}

/** Secrets by name, where they are used. The workflow's own token is granted by its permissions. */
export function* secretsUsed(document: unknown): Generator<Entry> {
  for (const [label, owner] of [['env', valueAt(document, 'env')] as Entry, ...entriesAt(document, 'jobs')]) {
    if (textAt(owner, 'secrets') === 'inherit') yield [`${label} secrets: inherit`, true]
    for (const name of secretNames(owner)) yield [`${label} secrets.${name}`, true]
  }
}

/** Actions and images that whoever owns them can change at any time. */
export function* unpinned(document: unknown): Generator<Entry> {
  const uses = [...steps(document), ...entriesAt(document, 'jobs')].flatMap(([, owner]) => textAt(owner, 'uses') ?? [])
  for (const text of uses) {
    const { name, level, reference } = readAction(text)
    if (!isOfRepository(text) && level !== 'commit') yield [`uses ${name}`, level === 'release' ? level : reference]
  }
  for (const image of imagesOf(document)) {
    const { name, level, reference } = readImage(image)
    if (level !== 'commit') yield [`image ${name.replace('docker://', '')}`, level === 'release' ? level : reference]
  }
}

/** Containers that jobs run in or beside, and that an action is. One that nobody here knows is left out. */
function imagesOf(document: unknown): string[] {
  const jobs = entriesAt(document, 'jobs').map(([, job]) => job)
  const action = textAt(document, 'runs', 'image') ?? ''
  const images = action.startsWith('docker:') ? [action] : []
  for (const job of jobs) {
    const containers = [valueAt(job, 'container'), ...entriesAt(job, 'services').map(([, service]) => service)]
    for (const one of containers) images.push(...imagesNamed(typeof one === 'string' ? one : textAt(one, 'image'), job))
  }
  return images.filter((image) => image !== '' && !image.includes('${'))
}

function imagesNamed(image: string | null, job: unknown): string[] {
  const name = /^\s{0,9}\$\{\{\s{0,9}matrix\.([\w-]{1,100})\s{0,9}\}\}\s{0,9}$/.exec(image ?? '')?.[1]
  if (name === undefined) return [image ?? '']
  return matrixValues(job).flatMap(([key, value]) => (key === name && typeof value === 'string' ? [value] : []))
}

/** Runners that keep what a job leaves on them. */
export function* ownRunners(document: unknown): Generator<Entry> {
  for (const [job, body] of entriesAt(document, 'jobs')) {
    const wanted = JSON.stringify([valueAt(body, 'runs-on'), valueAt(body, 'strategy', 'matrix')])
    const isGroup = valueAt(body, 'runs-on', 'group') !== undefined
    if (isGroup || /"self-hosted"/.test(wanted)) yield [`jobs.${job}.runs-on`, valueAt(body, 'runs-on')]
  }
}

/** Conditions that look like a check and that outsiders can meet. */
export function* weakConditions(document: unknown): Generator<Entry> {
  for (const [label, owner] of [...entriesAt(document, 'jobs'), ...steps(document)]) {
    const condition = textAt(owner, 'if') ?? ''
    if (botName.test(condition) || textContains.test(condition)) yield [`${label} if`, condition]
  }
}

/** Switches that let a job's output set variables for later steps. */
export function* unsecureCommands(document: unknown): Generator<Entry> {
  const owners: Entry[] = [['workflow', document], ...entriesAt(document, 'jobs'), ...steps(document)]
  for (const [label, owner] of owners) {
    const places = [valueAt(owner, 'env'), ...listAt(owner, 'strategy', 'matrix', 'env')]
    const value = places.map((env) => valueAt(env, 'ACTIONS_ALLOW_UNSECURE_COMMANDS')).find((one) => one !== undefined)
    if (String(value).trim().toLowerCase() === 'true') yield [`${label} ACTIONS_ALLOW_UNSECURE_COMMANDS`, value]
  }
}

/** Conditions with text around an expression: GitHub takes the whole for a text, and every text for true. */
export function* idleConditions(document: unknown): Generator<Entry> {
  for (const [label, owner] of [...entriesAt(document, 'jobs'), ...steps(document)]) {
    const condition = textAt(owner, 'if') ?? ''
    const isWhole = condition.startsWith('${{') && condition.endsWith('}}') && expressionsOf(condition).length === 1
    if (expressionsOf(condition).length > 0 && !isWhole) yield [`${label} if`, condition]
  }
}

const environmentFile = /\bGITHUB_(?:ENV|PATH)\b/
const ownFiles = /\$(?:env:|\{)?GITHUB_(?:ENV|PATH)\}?/gi

/** Scripts that write what they do not know into the environment of later steps, where a stranger's event starts them. */
export function* unknownEnvironments(document: unknown): Generator<Entry> {
  if (!triggers(document).some((event) => causedByStrangers.includes(event))) return
  for (const [label, step] of steps(document)) {
    const writing = (textAt(step, 'run') ?? '').split('\n').filter((line) => environmentFile.test(line))
    if (writing.some((line) => isUnknown(line.replaceAll(ownFiles, '')))) yield [`${label}.run`, writing]
  }
}

function isUnknown(line: string): boolean {
  return /[$`]|%\w/.test(line) || !/\b(?:echo|printf|Write-Output)\b|^\s{0,40}["']/.test(line)
}
