import {
  type JobSummary,
  type NetworkProof,
  networkEntryName,
  type Policy,
  stepNames,
  type Verdict,
} from '../../worker/contract/index.ts'
import { findingsTable } from './findings-table.ts'
import { formatDuration, formatList, formatTable, type TextPart } from './format.ts'
import { harmlessLine, harmlessOutput, harmlessQuote } from './harmless.ts'

const maxDenied = 20
const maxFiles = 50
const maxCommands = 20

const verdictWords: Readonly<Record<Verdict, string>> = { publish: 'passed', hold: 'held', block: 'blocked' }

export function gatesPart({ gates }: JobSummary): TextPart {
  const rows = gates.map(({ gate, verdict, findings }) => [gate, verdictWords[verdict], String(findings.length)])
  const findings = findingsTable(gates.flatMap((gate) => gate.findings))
  const table = formatTable(['gate', 'verdict', 'findings'], rows)
  return { title: 'Gates', text: gates.length === 0 ? '' : [table, findings].filter(Boolean).join('\n\n') }
}

export function changedFilesPart({ changedFiles }: JobSummary): TextPart {
  const text = formatList(
    changedFiles,
    maxFiles,
    ({ path, added, removed }) => `${harmlessLine(path, 200)} (+${added} −${removed})`,
  )
  return { title: 'Changed files', text }
}

/** One line for a comment; the pull request has the whole of it. */
export function sandboxPart({ report: { posture } }: JobSummary): TextPart | null {
  if (posture === null) return null
  const { isolation, engine, digest } = posture
  return {
    title: null,
    text: `Sandbox: ${isolation}, by ${harmlessLine(engine, 64)}, posture sha256 ${harmlessLine(digest.slice(0, 12), 12)}.`,
  }
}

export function posturePart({ report: { posture } }: JobSummary, policy: Policy): TextPart | null {
  if (posture === null) return null
  const { limits, audit, degraded } = posture
  const versions = Object.entries(posture.versions).map(([name, version]) => `${name} ${version}`)
  const held = Object.entries(limits).map(([name, { level, by }]) => `${name} ${level} (${by})`)
  const rows = [
    [
      'isolation',
      `${posture.isolation}, by ${harmlessLine(posture.engine, 64)}; at least ${policy.isolation} was asked for`,
    ],
    ...(policy.profile === undefined ? [] : [['profile', policy.profile]]),
    ['image', harmlessLine(policy.image, 64)],
    ['versions', harmlessLine(versions.join(', '), 300)],
    ['network of the agent', posture.network],
    ['names (DNS)', posture.dns],
    ['reads of the host', posture.hostReads],
    ['credentials inside', posture.credentials],
    ['limits', held.join(', ')],
    ['record', `programs ${audit.exec}, connections ${audit.connect}, files ${audit.files}`],
    ['digest', harmlessLine(posture.digest, 64)],
  ]
  const weaker = formatList(degraded, 20, (sentence) => harmlessLine(sentence, 300))
  const table = formatTable(['sandbox', 'what held'], rows)
  return {
    title: 'Sandbox',
    text: weaker === '' ? table : `${table}\n\nWeaker here than the class promises:\n\n${weaker}`,
  }
}

/** Where less ran than what was asked for: on whose word, in whose words. Null in any other job. */
export function weakerPart({ report: { acceptedWeaker } }: JobSummary): TextPart | null {
  if (acceptedWeaker === undefined) return null
  const { asked, ran, reason, digest, until } = acceptedWeaker
  const bound = until === undefined ? '' : ` until ${harmlessLine(until, 10)}`
  return {
    title: 'Weaker isolation than asked for',
    text: [
      `The policy asks for at least **${asked}**; this ran in **${ran}**, because the worker has nothing stronger.`,
      `The operator accepts that for this repository${bound} (entry sha256 ${harmlessLine(digest, 64)}):`,
      '',
      harmlessQuote(reason, 500),
    ].join('\n'),
  }
}

/** What ran before the agent, on whose word, and what the repository asked for and did not get. */
export function setupPart({ setup }: JobSummary): TextPart {
  if (setup === null) return { title: 'Setup', text: '' }
  const { plan, snapshot, why } = setup
  const commands = formatList(
    plan.commands,
    maxCommands,
    ({ line, from }) => `${harmlessLine(line, 300)} (${harmlessLine(from, 200)})`,
  )
  const notDone = formatList(
    plan.notDone,
    maxCommands,
    ({ what, why: reason }) => `${harmlessLine(what, 200)}: ${harmlessLine(reason, 200)}`,
  )
  const reached =
    plan.network.length === 0 ? 'nothing' : harmlessLine(plan.network.map(networkEntryName).join(', '), 300)
  const parts = [
    commands === ''
      ? ''
      : `${commands}\n\nIt could reach ${reached}. Snapshot: ${snapshot}, because ${harmlessLine(why, 300)}.`,
    notDone === '' ? '' : `Not done:\n\n${notDone}`,
  ]
  return { title: 'Setup', text: parts.filter(Boolean).join('\n\n') }
}

export function deniedPart({ report: { egress } }: JobSummary): TextPart {
  const text = formatList(egress.denied, maxDenied, ({ host, port, phase, command, count }) => {
    const by = command === null ? '' : `, by ${harmlessLine(command, 120)}`
    const often = count === 1 ? '' : `, ${count} times`
    return `${harmlessLine(host, 253)}:${port} during ${phase}${by}${often}`
  })
  return { title: 'Hosts that were denied', text }
}

/** What shows that the agent was offline: the kernel's own counters, and what the broker let through. */
export function networkPart({ report: { network } }: JobSummary): TextPart {
  const rows = network.map((proof) => [
    proof.phase,
    devicesText(proof),
    String(proof.model),
    `${proof.allowed} (${proof.bytesOut} B out, ${proof.bytesIn} B in)`,
    String(proof.denied),
  ])
  const head = ['phase', "devices, by the kernel's counters", 'requests to models', 'let out', 'refused']
  return { title: 'Network', text: rows.length === 0 ? '' : formatTable(head, rows) }
}

/** Loopback leads nowhere: what passed there went to programs of the sandbox itself, its way to the broker among them. */
function devicesText({ devices }: NetworkProof): string {
  if (devices === null) return 'not known with this engine'
  const texts = devices.map(({ name, rxPackets, txPackets }) =>
    name === 'lo' ? 'lo' : `${harmlessLine(name, 64)} (${txPackets} packets out, ${rxPackets} in)`,
  )
  return texts.join() === 'lo' ? 'only lo' : texts.join(', ') || 'none'
}

export function timesPart({ report: { durations, usage } }: JobSummary): TextPart {
  const steps = stepNames.flatMap((step) => {
    const ms = durations[step]
    return ms === undefined ? [] : [{ step, ms }]
  })
  const total = steps.reduce((sum, { ms }) => sum + ms, 0)
  const head = [...steps.map(({ step }) => step), 'total']
  const row = [...steps.map(({ ms }) => formatDuration(ms)), formatDuration(total)]
  const { requests, inputTokens, outputTokens, costUsd } = usage
  const model = `Model: ${requests} requests, ${inputTokens} tokens in, ${outputTokens} out, ${costUsd.toFixed(2)} USD.`
  return { title: 'Times and usage', text: steps.length === 0 ? model : `${formatTable(head, [row])}\n\n${model}` }
}

export function notesPart({ notes }: JobSummary): TextPart {
  return { title: 'Notes', text: formatList(notes, 20, (note) => harmlessLine(note, 300)) }
}

export function agentPart({ agentSummary }: JobSummary): TextPart {
  return { title: 'What the agent says', text: agentSummary.trim() === '' ? '' : harmlessQuote(agentSummary, 4000) }
}

export function lastOutputPart({ lastOutput }: JobSummary): TextPart {
  return { title: 'Last lines', text: lastOutput.trim() === '' ? '' : harmlessOutput(lastOutput, 4000) }
}
