import { type Limits, quotasOf, type Usage } from '../../contract/index.ts'
import { agentPrompt } from '../agent-prompt.ts'
import { agentHomes } from '../instruction-root.ts'
import { end, type Job, type StepResult } from '../job.ts'
import { createPieceJoiner, type WholeEvent } from '../join-pieces.ts'
import { createLineSplitter } from '../line-splitter.ts'
import { printable } from '../output-tail.ts'
import { endOfQuota } from '../over-quota.ts'
import {
  type AgentAdapter,
  type AgentEnd,
  type AgentPlan,
  type BrokerSession,
  insidePaths,
  type ProviderStop,
} from '../ports/index.ts'
import { destroyWithProof, noteTraffic, openBroker, runInSandbox, type SandboxedRun } from '../sandboxed.ts'
import { withEvent } from '../session-text.ts'
import { createSilenceWatch } from '../silence-watch.ts'
import type { Prepared } from './prepare.ts'

/** Where the task is inside; also given as $AIRLOCK_TASK_FILE. */
const taskFile = '.airlock/task.md'

/** One run of the agent. `prompt` is all that it is told, `task` what lies in its task file. */
export interface AgentTurn {
  readonly prompt: string
  readonly task: string
  /** What was kept out of both, for the person who asked. */
  readonly removed: readonly string[]
  readonly limits: Limits
}

export function firstTurn({ request, facts }: Job): AgentTurn {
  return { ...agentPrompt(request, facts), limits: request.policy.limits }
}

/** Runs the agent in sandbox 2: no network device, no secret, the model through the broker. */
export async function runAgent(job: Job, prepared: Prepared, turn: AgentTurn): Promise<StepResult<null>> {
  const { policy } = job.request
  const { engine, agent } = prepared
  using silence = createSilenceWatch(policy.silenceMs)
  const day = { quotas: quotasOf(job.request), book: job.ports.spending }
  const { costUsd, tokens } = turn.limits
  const model = { costUsd, tokens, models: policy.models, day }
  const spec = { phase: 'agent', egress: policy.network, model } as const
  await using broker = await openBroker(job, engine, spec, silence.noticed)
  noteTurn(job, turn)
  const plan = planOf(job, agent.adapter, broker, turn.prompt)
  // Before there is a sandbox: a microvm gets a copy of its folders when it is made.
  await writePlanFiles(job, prepared, plan, turn.task)
  await using sandbox = await engine.create({
    jobId: job.request.id,
    attempt: job.attempt.number,
    phase: 'agent',
    image: policy.image,
    ...job.folders.agent,
    tools: [...broker.tools, ...(agent.toolPath === null ? [] : [{ name: 'agent', path: agent.toolPath }])],
    brokerSocket: job.folders.brokerSocket,
    limits: turn.limits,
  })
  let said: AgentEnd | null = null
  const before = job.facts.usage
  const noteUsage = () => {
    job.facts.usage = addUsage(before, broker.usage())
  }
  const ran = await runInSandbox(job, sandbox, 'agent', {
    argv: plan.argv,
    env: { ...broker.env, ...plan.env, AIRLOCK_TASK_FILE: `${insidePaths.home}/${taskFile}` },
    ...(plan.stdin === undefined ? {} : { stdin: plan.stdin }),
    onOutput: eventReader(job, agent.adapter, noteUsage, (how) => {
      said = how
    }),
    silence,
  })
  await destroyWithProof(job, sandbox, 'agent')
  noteTraffic(job, 'agent', broker)
  noteUsage()
  return resultOf(job, ran, broker, said)
}

/** What was taken out of the task is shown to the person who asked, once: they could not see it. */
function noteTurn({ request, audit, facts }: Job, turn: AgentTurn): void {
  const { task } = request
  const { prompt, removed } = turn
  audit.append('prompt', { task: task.text, digest: task.digest, prompt, removed })
  if (removed.length > 0) facts.notes.push(`Kept from the agent, hidden in the task: ${removed.join('; ')}`)
}

function planOf(job: Job, adapter: AgentAdapter, broker: BrokerSession, prompt: string): AgentPlan {
  const { request } = job
  return adapter.plan({
    home: insidePaths.home,
    toolDir: `${insidePaths.tools}/agent`,
    workspace: insidePaths.workspace,
    taskFile: `${insidePaths.home}/${taskFile}`,
    prompt,
    gateway: { ...broker.gateway, key: broker.placeholderKey },
    model: request.policy.model,
    repositorySettings: request.policy.agentSettings === 'load',
    command: request.policy.command,
  })
}

async function writePlanFiles(job: Job, prepared: Prepared, plan: AgentPlan, task: string): Promise<void> {
  const owner = prepared.engine.fileOwner(job.request.id)
  await clearAgentHomes(job)
  const files = [{ path: taskFile, content: task }, ...plan.files]
  for (const file of files) await job.ports.folders.write(job.folders.agent.home, file.path, file.content, owner)
}

/** What setup put where agents look in a home would be obeyed like settings of the repository, which setup is part of. */
async function clearAgentHomes({ request, ports, folders }: Job): Promise<void> {
  const { policy, base, repository } = request
  if (policy.agentSettings === 'load' && base.ref === repository.defaultBranch) return
  for (const path of agentHomes) await ports.folders.remove(folders.agent.home, path)
}

/** Turns the agent's output into events for the record and the status comment. Nothing it says is believed. */
function eventReader(
  job: Job,
  adapter: AgentAdapter,
  noteUsage: () => void,
  onEnd: (how: AgentEnd) => void,
): (chunk: Buffer, stream: 'stdout' | 'stderr') => void {
  const join = createPieceJoiner()
  const splitter = createLineSplitter((line) => {
    for (const event of adapter.parseLine(line).flatMap(join)) {
      noteUsage()
      noteEvent(job, event)
      if (event.kind === 'end') onEnd(event.how)
    }
  })
  return (chunk, stream) => {
    if (stream === 'stdout') splitter.push(chunk)
  }
}

function noteEvent(job: Job, said: WholeEvent): void {
  const event = job.redactor.json(said)
  job.audit.append('agent', { ...event })
  if (event.kind === 'text') job.facts.activity = printable(event.text).slice(0, 300)
  if (event.kind === 'tool') job.facts.activity = printable(`${event.name}: ${event.detail}`).slice(0, 300)
  if (event.kind === 'text' || event.kind === 'result') job.facts.agentSummary = printable(event.text).slice(0, 8000)
  job.facts.session = withEvent(job.facts.session, event)
  if (event.kind === 'text' || event.kind === 'tool') job.announce()
}

export function tokensOf({ inputTokens, outputTokens }: Usage): number {
  return inputTokens + outputTokens
}

function addUsage(one: Usage, other: Usage): Usage {
  return {
    requests: one.requests + other.requests,
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    costUsd: one.costUsd + other.costUsd,
  }
}

function whyUnavailable({ kind, provider }: ProviderStop): string {
  return kind === 'no-key' ? `there is no key for ${provider}` : `${provider} refuses the key of this installation`
}

/**
 * Some programs say only that they are done or failed where their model refused, or came to its length: then its last
 * answer decides. A program that says nothing and ended well is believed, and one that is done, in spite of a length.
 */
function endOf(said: AgentEnd | null, exitCode: number | null, stop: 'refusal' | 'limit' | null): AgentEnd | null {
  if (said === 'refusal' || said === 'limit' || (said === null && exitCode === 0)) return said
  return stop === 'refusal' || (stop === 'limit' && said !== 'done') ? stop : said
}

/** What it says of its end can only make it fail: by its exit code it has to have succeeded as well. */
function resultOf(job: Job, ran: SandboxedRun, broker: BrokerSession, said: AgentEnd | null): StepResult<null> {
  if (ran.outcome !== null) return { end: ran.outcome }
  const stop = broker.modelStop()
  if (stop?.kind === 'cost-limit') return end('failed', 'cost-limit', `after ${job.facts.usage.costUsd.toFixed(2)} USD`)
  if (stop?.kind === 'token-limit') return end('failed', 'token-limit', `after ${tokensOf(job.facts.usage)} tokens`)
  if (stop?.kind === 'quota') return endOfQuota(stop.quota)
  // A command may do its work without the model that it asked for; an agent cannot, whatever its exit code says.
  if (stop !== null && (job.request.agent !== 'command' || ran.exitCode !== 0)) {
    return end('refused', 'model-unavailable', whyUnavailable(stop))
  }
  const crashed = ran.exitCode === null || ran.exitCode > 128
  const how = crashed ? said : endOf(said, ran.exitCode, broker.answerStop())
  if (how === 'refusal') return end('failed', 'agent-refused')
  if (how === 'limit') return end('failed', 'agent-limit')
  if (ran.exitCode !== 0) {
    return end(
      'failed',
      crashed ? 'agent-crashed' : 'agent-failed',
      `the agent ended with ${ran.exitCode ?? 'a signal'}`,
    )
  }
  if (said === 'error') return end('failed', 'agent-failed', 'the agent said so, and ended with 0')
  return { value: null }
}
