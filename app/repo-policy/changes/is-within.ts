import { z } from 'zod'
import {
  coversModel,
  isolationClasses,
  networkEntrySchema,
  permissions,
  quotaHolders,
  quotaUnits,
  schedulePaces,
  suppressors,
} from '../../../worker/contract/index.ts'
import { coversNetwork } from '../network-rule.ts'
import { parseSize } from '../parse-size.ts'

/** Whether a value allows no more than another; null: it is a matter of taste, and neither is narrower. */
type Within = (inner: unknown, outer: unknown) => boolean | null

const textsSchema = z.array(z.string())
const quotaBounds = quotaHolders.flatMap((holder) =>
  quotaUnits.map((unit): [string, Within] => [`quotas.${holder}.${unit}`, least]),
)
const networkSchema = z.array(networkEntrySchema)

/** By key of airlock.yml. Undefined is a key that no level has set. */
const axes: Readonly<Record<string, Within>> = {
  agents: list(equal),
  models: list((allowed, asked) => coversModel([allowed], asked)),
  'agent-settings': ordered(['load', 'ignore', undefined]),
  'runs-on': (inner, outer) => outer === undefined || inner === outer,
  isolation: ordered(isolationClasses),
  'setup.secrets': list(equal),
  'setup.network': listOf(networkSchema, coversNetwork),
  network: listOf(networkSchema, coversNetwork),
  'limits.minutes': least,
  'limits.silence-minutes': least,
  'limits.memory': leastSize,
  'limits.cpus': least,
  'limits.pids': least,
  'limits.disk': leastSize,
  'limits.output': leastSize,
  'limits.cost-usd': least,
  'limits.tokens': least,
  'budgets.person': least,
  'budgets.repository': least,
  'budgets.organisation': least,
  ...Object.fromEntries(quotaBounds),
  'quotas.over': ordered(['wait', undefined, 'refuse']),
  'gates.licenses.allow-licenses': list(equal),
  'gates.licenses.deny-licenses': sum,
  'gates.licenses.allow-dependencies-licenses': (inner, outer) => isPart(inner ?? [], outer ?? []),
  'gates.licenses.deny-packages': sum,
  'gates.protected': sum,
  'gates.suppress': (inner, outer) => isPart(jsonOf(inner), jsonOf(outer)),
  'gates.suppress-by': ordered([undefined, ...suppressors]),
  schedules: (inner, outer) => isPart(jsonOf(inner), jsonOf(outer)),
  welcome: (inner, outer) => isPart(inner ?? [], outer ?? []),
  'triggers.permission': ordered(permissions),
  'triggers.teams': list(equal),
  'triggers.schedules': ordered([undefined, ...schedulePaces]),
  'approvals.own': ordered([undefined, true, false]),
  'approvals.permission': ordered([undefined, ...permissions]),
  'approvals.teams': list(equal),
  'handoff.draft': ordered([false, true]),
  'handoff.ci': ordered(['run', 'quarantine', 'skip']),
}

/** Whether one value of a key allows no more than another. */
export function isWithin(key: string, inner: unknown, outer: unknown): boolean | null {
  return axes[key]?.(inner, outer) ?? null
}

/** Every key that can be narrower or wider. */
export const axisNames: readonly string[] = Object.keys(axes)

/** From lax to strict. */
function ordered(order: readonly unknown[]): Within {
  return (inner, outer) => order.indexOf(inner) >= order.indexOf(outer)
}

function least(inner: unknown, outer: unknown): boolean {
  return Number(inner ?? Number.POSITIVE_INFINITY) <= Number(outer ?? Number.POSITIVE_INFINITY)
}

function leastSize(inner: unknown, outer: unknown): boolean {
  return parseSize(String(inner)) <= parseSize(String(outer))
}

function equal(one: string, other: string): boolean {
  return one === other
}

/** Without a list, everything. */
function list(covers: (allowed: string, asked: string) => boolean): Within {
  return listOf(textsSchema, covers)
}

function listOf<T>(schema: z.ZodType<readonly T[]>, covers: (allowed: T, asked: T) => boolean): Within {
  return (inner, outer) => {
    if (outer === undefined) return true
    const [asked, allowed] = [schema.safeParse(inner).data, schema.safeParse(outer).data]
    if (asked === undefined || allowed === undefined) return false
    return asked.every((entry) => allowed.some((candidate) => covers(candidate, entry)))
  }
}

/** What is denied or protected adds up: more is narrower. */
function sum(inner: unknown, outer: unknown): boolean {
  return isPart(outer ?? [], inner ?? [])
}

function isPart(part: unknown, whole: unknown): boolean {
  const [some, all] = [textsSchema.safeParse(part).data, textsSchema.safeParse(whole).data]
  return some !== undefined && all !== undefined && some.every((entry) => all.includes(entry))
}

function jsonOf(entries: unknown): string[] {
  return Array.isArray(entries) ? entries.map((entry) => JSON.stringify(entry)) : []
}
