import { parseDocument } from 'yaml'
import { z } from 'zod'
import type { BaseView, Found, FoundCommand } from '../base-view.ts'
import { isSafeLine, isSettable, shellWord } from '../shell-word.ts'

export const copilotSteps = '.github/workflows/copilot-setup-steps.yml'

const envSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))
const stepSchema = z.looseObject({
  name: z.string().max(500).optional(),
  uses: z.string().max(500).optional(),
  run: z.string().max(16_384).optional(),
  if: z.unknown().optional(),
  shell: z.string().max(100).optional(),
  'working-directory': z.string().max(500).optional(),
  env: envSchema.optional(),
})
type Step = z.infer<typeof stepSchema>

const jobSchema = z.looseObject({ env: envSchema.optional(), steps: z.array(stepSchema).max(100) })
const workflowSchema = z.looseObject({ jobs: z.looseObject({ 'copilot-setup-steps': jobSchema }) })
type Job = z.infer<typeof jobSchema>

/** What GitHub's own agent is set up with: the `run` steps of that one job. */
export function findCopilotSteps(view: BaseView): Found {
  if (!view.paths.has(copilotSteps)) return { commands: [], notDone: [] }
  const job = readJob(view.text(copilotSteps))
  if (job === null) {
    const why = 'it cannot be read, or has no job copilot-setup-steps with steps'
    return { commands: [], notDone: [{ what: copilotSteps, why }] }
  }
  const read = job.steps.map((step, index) => readStep(step, job, index + 1))
  const env = plainEnv(job.env ?? {})
  return {
    commands: read.flatMap(({ command }) => command ?? []),
    env,
    notDone: read.flatMap(({ note }) => note ?? []),
  }
}

function readJob(text: string | null): Job | null {
  try {
    const document = parseDocument(text ?? '', { schema: 'core', merge: false, logLevel: 'error', stringKeys: true })
    if (document.errors.length > 0) return null
    return workflowSchema.parse(document.toJS({ maxAliasCount: 50 })).jobs['copilot-setup-steps']
  } catch {
    return null
  }
}

interface Read {
  readonly command?: FoundCommand
  readonly note?: { readonly what: string; readonly why: string }
}

function readStep(step: Step, job: Job, number: number): Read {
  const what = `step ${number} of ${copilotSteps}: ${step.uses ?? step.name ?? step.run?.split('\n')[0] ?? 'empty'}`
  const why = whyNot(step, job)
  if (why !== null) return { note: { what: what.slice(0, 300), why } }
  const tree = { tree: 'its steps may read any file' }
  return { command: { line: lineOf(step), from: copilotSteps, program: null, network: [], inputs: tree } }
}

/** Expressions are GitHub's to evaluate: a step that holds one means something else here. */
function whyNot(step: Step, job: Job): string | null {
  if (step.uses !== undefined) return 'actions are not run, only `run` steps'
  if (step.run === undefined || !isSafeLine(step.run)) return 'it has nothing to run'
  if (step.if !== undefined) return 'its condition is for GitHub to evaluate'
  if (!['bash', 'sh'].includes(step.shell ?? 'bash')) return 'its shell is neither bash nor sh'
  const texts = [step.run, step['working-directory'] ?? '', ...Object.values({ ...job.env, ...step.env })]
  return texts.some((text) => text.includes('${{')) ? 'it holds an expression for GitHub to evaluate' : null
}

/** As a runner starts it: the first command that fails ends the step. */
function lineOf({ run = '', shell = 'bash', env = {}, 'working-directory': folder }: Step): string {
  const variables = Object.entries(plainEnv(env)).map(([name, value]) => `${name}=${shellWord(value)} `)
  const line = `${variables.join('')}${shell} -e -c ${shellWord(run.trimEnd())}`
  return folder === undefined ? line : `cd ${shellWord(folder)} && ${line}`
}

function plainEnv(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name, value]) => isSettable(name) && !value.includes('\0')))
}
