import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'

// GitHub's own parser imports JSON without saying that it is JSON, which only bundlers take.
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context)
    return found.url.endsWith('.json') ? { ...found, importAttributes: { type: 'json' } } : found
  },
})
const { NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser')

const files = [
  ...['workflows/airlock.yml', '.github/workflows/airlock.yml', 'docs/examples/actions-caller.yml'],
  ...['workflows/airlock-job.yml', '.github/workflows/airlock-job.yml', 'docs/examples/actions-job-caller.yml'],
]
const stepSchema = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
})
const workflowSchema = z.object({
  on: z.object({
    workflow_call: z.object({
      inputs: z.record(
        z.string(),
        z.object({ description: z.string(), default: z.unknown().optional(), required: z.boolean().optional() }),
      ),
      secrets: z.record(z.string(), z.object({ description: z.string() })),
    }),
  }),
  permissions: z.record(z.string(), z.string()),
  concurrency: z.record(z.string(), z.unknown()).optional(),
  jobs: z.record(z.string(), z.object({ permissions: z.record(z.string(), z.string()), steps: z.array(stepSchema) })),
})
const read = (path: string) => readFileSync(path, 'utf8')
const workflow = workflowSchema.parse(parse(read('workflows/airlock.yml')))
const sent = workflowSchema.parse(parse(read('workflows/airlock-job.yml')))
const ours = ['workflows/airlock.yml', 'workflows/airlock-job.yml']
const steps = [workflow, sent].flatMap(({ jobs }) => Object.values(jobs).flatMap((job) => job.steps))

function problemsOf(content: string): string[] {
  const { context } = parseWorkflow({ name: 'x.yml', content }, new NoOperationTraceWriter())
  return context.errors.getErrors().map(({ message }) => message)
}

/** Expressions that stand in a shell line: whatever they become is run. */
function expressionsInRun(text: string): string[] {
  const { jobs } = workflowSchema.parse(parse(text))
  return Object.values(jobs).flatMap((job) => job.steps.flatMap(({ run = '' }) => run.match(/\$\{\{.*?\}\}/g) ?? []))
}

describe('workflow files', () => {
  it.each(files)('%s is as the schema of workflow files wants it', (path) => {
    expect(problemsOf(read(path))).toEqual([])
  })

  it('would be found wrong: a key and a context that are not there', () => {
    expect(problemsOf(read(files[0] ?? '').replace('runs-on:', 'run-on:'))).not.toEqual([])
    expect(problemsOf(read(files[0] ?? '').replace('inputs.runner ', 'steps.work '))).not.toEqual([])
  })

  it('are the same where GitHub looks for it and where it is kept', () => {
    for (const path of ours) expect(read(`.github/${path}`)).toBe(read(path))
  })

  it('grant a job that the App sent nothing but to read contents, and nobody says from outside whose jobs are done', () => {
    expect(sent.permissions).toEqual({})
    expect(Object.values(sent.jobs).map(({ permissions }) => permissions)).toEqual([{ contents: 'read' }])
    const caller = z.object({
      on: z.object({ workflow_dispatch: z.object({ inputs: z.record(z.string(), z.unknown()) }) }),
      jobs: z.object({ airlock: z.object({ permissions: z.unknown(), with: z.unknown() }) }),
    })
    const { on, jobs } = caller.parse(parse(read('docs/examples/actions-job-caller.yml')))
    expect(Object.keys(on.workflow_dispatch.inputs)).toEqual(['job', 'digest', 'request', 'seal'])
    expect(jobs.airlock).toEqual({ permissions: { contents: 'read' }, with: { app: 'NAME' } })
  })

  it('grant the job that works nothing but to read contents, and the other one what it writes', () => {
    expect(workflow.permissions).toEqual({})
    expect(workflow.jobs.work?.permissions).toEqual({ contents: 'read' })
    const writes = { contents: 'write', 'pull-requests': 'write', issues: 'write' }
    expect(workflow.jobs.publish?.permissions).toEqual(writes)
    expect(Object.keys(workflow.jobs)).toEqual(['work', 'publish'])
  })

  it('take actions by the commit, with the version beside it', () => {
    const used = steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses]))
    expect(used).not.toEqual([])
    for (const uses of used) expect(uses).toMatch(/^actions\/[a-z-]+(?:\/(?:restore|save))?@[0-9a-f]{40}$/)
    const named = ours.flatMap((path) => read(path).match(/uses: .*@[0-9a-f]{40} # v\d+\.\d+\.\d+$/gm) ?? [])
    expect(named).toHaveLength(used.length)
  })

  it('make the image, and keep it, before anything has a token or runs code of the repository', () => {
    for (const job of [workflow.jobs.work, sent.jobs.job]) {
      const found = job?.steps.map(({ uses = '', run = '' }) => `${uses.split('@')[0]}${run.split(' ').at(-1)}`) ?? []
      const from = found.indexOf('set-up')
      const order = ['set-up', 'actions/cache/restore', 'image', 'actions/cache/save']
      expect(found.slice(from, from + order.length)).toEqual(order)
      const before = job?.steps.slice(0, from + order.length) ?? []
      expect(before.flatMap(({ env }) => Object.keys(env))).toEqual(['INPUT_IMAGE', 'INPUT_IMAGE'])
      expect(found.slice(from + order.length)[0]).toMatch(/^(work|job)$/)
    }
  })

  it('queue what is asked at once, and drop none of it', () => {
    expect(workflow.concurrency).toMatchObject({ 'cancel-in-progress': false, queue: 'max' })
  })

  it('put no expression into a shell line, where a title or a comment would be run', () => {
    for (const path of ours) expect(expressionsInRun(read(path))).toEqual([])
    const text = read('workflows/airlock.yml')
    const planted = text.replace('actions work', `actions work $${'{{ github.event.comment.body }}'}`)
    expect(expressionsInRun(planted)).toHaveLength(1)
  })

  it('check out nothing but Airlock itself, and leave no token behind', () => {
    const checkouts = ours.flatMap((path) => read(path).split('actions/checkout@').slice(1))
    for (const checkout of checkouts) {
      expect(checkout).toMatch(/^\S+ # \S+\n\s+with:\n\s+repository: \$\{\{ job\.workflow_repository \}\}/)
      expect(checkout).toContain('persist-credentials: false')
    }
  })

  it('say what each input and secret is for', () => {
    for (const { inputs, secrets } of [workflow.on.workflow_call, sent.on.workflow_call]) {
      for (const { description } of [...Object.values(inputs), ...Object.values(secrets)]) {
        expect(description.length).toBeGreaterThan(20)
      }
      for (const input of Object.values(inputs)) expect(input.default ?? input.required).toBeDefined()
    }
  })

  it('are called in ten lines', () => {
    expect(read('docs/examples/actions-caller.yml').trimEnd().split('\n')).toHaveLength(10)
  })
})
