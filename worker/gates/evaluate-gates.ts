/**
 * The gates between an agent's change and GitHub: secrets, licenses, delayed execution, size. Each is a pure function
 * of one input; nothing here reads a disk, a network or a clock, and nothing inside the repository can switch a rule
 * off. May import the contract, the pipeline's types and the seal's pure search for secrets.
 *
 * Decided: a gate that fails blocks, since nobody knows what it would have said; findings come in a fixed order, so
 * that the same change always gets the same answer; and no finding shows a secret, be it in the name of a file.
 */
import type { Finding, GateResult, Severity, Verdict } from '../contract/index.ts'
import type { Gate, GateFinding, GateInput } from '../pipeline/ports/index.ts'
import { printable } from './change/printable.ts'
import { type Fingerprinted, withFingerprints } from './fingerprint.ts'
import { findSecretNames } from './secrets/secret-names.ts'
import { suppressFindings } from './suppress-findings.ts'

/** Findings of one rule that a person reads; one more says how many are left out. */
const mostPerRule = 50

export type FingerprintedResult = Omit<GateResult, 'findings'> & { readonly findings: Fingerprinted[] }

/** What holds besides the input. */
export interface Around {
  /** The day in UTC, such as `2027-03-31`: what the policy suppresses until then. Null: nothing is suppressed. */
  readonly today: string | null
  /** Findings of one rule that are listed; programs read all of them. */
  readonly most: number
}

/** Asks every gate, in the order given. Never throws. */
export async function evaluateGates(
  gates: readonly Gate[],
  input: GateInput,
  { today = null, most = mostPerRule }: Partial<Around> = {},
): Promise<FingerprintedResult[]> {
  const suppressions = input.policy.gates.suppress ?? []
  const hidden = await findSecretNames(input).catch((error: unknown) => ({ error }))
  const results: FingerprintedResult[] = []
  for (const gate of gates) {
    const found = hidden instanceof Map ? await ask(gate, input, hidden) : [gateError(gate, hidden.error)]
    const findings = bound(suppressFindings(withFingerprints(found), suppressions, today), most)
    results.push({ gate: gate.name, verdict: verdictOfFindings(findings), findings })
  }
  return results
}

/** The worst of all verdicts. */
export function verdictOf(results: readonly GateResult[]): Verdict {
  return worst(results.map(({ verdict }) => verdict))
}

async function ask(gate: Gate, input: GateInput, hidden: ReadonlyMap<string, string>): Promise<GateFinding[]> {
  try {
    const findings = await gate.check(input)
    return inOrder(findings.map((finding) => hideNames(finding, hidden)))
  } catch (error) {
    return [gateError(gate, error)]
  }
}

/** Only the error's class: its message may quote the change, and a secret in it. */
function gateError(gate: Gate, error: unknown): Finding {
  const name = error instanceof Error ? error.name : typeof error
  return {
    gate: gate.name,
    rule: 'gate-error',
    severity: 'block',
    path: null,
    line: null,
    message: `This gate failed (${printable(name, 40)}), so that nothing is known of the change. Nothing is pushed. Please report it.`,
  }
}

function verdictOfFindings(findings: readonly Finding[]): Verdict {
  const verdicts: Record<Severity, Verdict> = { block: 'block', hold: 'hold', note: 'publish' }
  return worst(findings.map(({ severity }) => verdicts[severity]))
}

function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('block')) return 'block'
  return verdicts.includes('hold') ? 'hold' : 'publish'
}

function hideNames(finding: GateFinding, hidden: ReadonlyMap<string, string>): GateFinding {
  if (hidden.size === 0) return finding
  const names = [...hidden.keys()].flatMap((path) => [path, printable(path, 1000)])
  const message = names.reduce((text, name) => text.replaceAll(name, '(a name that is not shown)'), finding.message)
  return { ...finding, message, path: finding.path !== null && names.includes(finding.path) ? null : finding.path }
}

/** By path, line, rule and words; the same thing is said once. */
function inOrder(findings: readonly GateFinding[]): GateFinding[] {
  const keyed = new Map(findings.map((finding) => [sortKey(finding), finding]))
  return [...keyed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, finding]) => finding)
}

function sortKey({ path, line, rule, severity, message }: Finding): string {
  return [path ?? '', String(line ?? 0).padStart(9, '0'), rule, severity, message].join('\0')
}

function bound(findings: readonly Fingerprinted[], most: number): Fingerprinted[] {
  return [...Map.groupBy(findings, ({ rule, severity }) => `${rule} ${severity}`).values()].flatMap((same) => {
    const [first] = same
    if (first === undefined || same.length <= most) return same
    const message = `${same.length - most} more findings of this rule are not shown.`
    const { gate, rule, severity } = first
    return [...same.slice(0, most), ...withFingerprints([{ gate, rule, severity, path: null, line: null, message }])]
  })
}
