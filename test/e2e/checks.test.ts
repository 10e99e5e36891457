import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { expectKeptRules } from './expect-kept-rules.ts'
import { outcomeOf, passedChecks } from './outcome-of.ts'
import type { LoggedProcess } from './process-log.ts'
import { type Asked, startWorld, type World } from './start-world.ts'

const secret = 'qT7vLx2RzP9wKd4mNb6sYc3'
const base64 = Buffer.from(secret).toString('base64').slice(0, 28)
/** Two gates hold what it writes: one for a path, one for a secret. */
const writesHeld = [
  'agent: command',
  `command: [sh, -c, "mkdir -p guarded; echo fixed > guarded/a.txt; echo 'db_password = \\"${secret}\\"' > settings.py"]`,
  'gates: { protected: ["guarded/**"] }',
  '',
].join('\n')
const sarifs = 'POST /repos/{owner}/{repo}/code-scanning/sarifs'

describe('what the gates found, on the commit of the pull request', () => {
  let world: World
  let worker: LoggedProcess

  beforeAll(async () => {
    world = await startWorld()
    worker = await world.installation.startWorker()
  }, 120_000)
  afterAll(() => world[Symbol.asyncDispose]())

  const asks = () => world.github.requests.map(({ method, template }) => `${method} ${template}`)

  /** Holds a change and has bea let it out; resolves at the end of the job that publishes it. */
  async function publishHeld(name: string, codeScanning = true): Promise<Asked> {
    const repository = await world.createRepository({ name, policy: writesHeld })
    repository.codeScanning = codeScanning
    world.github.addCollaborator(repository, 'bea', 'write')
    const asked = await world.ask(repository)
    await world.ended(asked.jobId)
    expect(repository.checkRuns).toEqual([])
    const known = await world.jobs()
    const digest = /Change sha256 ([0-9a-f]{64})/.exec((await outcomeOf(asked)).comments[0] ?? '')?.[1] ?? ''
    const body = `/airlock approve ${digest}`
    const { delivery } = await world.github.comment(repository, asked.issue.number, { by: 'bea', body })
    await world.handled(delivery)
    const approved = await vi.waitFor(async () => {
      const made = (await world.jobs()).find((id) => !known.includes(id))
      if (made === undefined) throw new Error('the approval has no job yet')
      return made
    }, 60_000)
    await world.ended(approved)
    expect((await outcomeOf(asked)).pullRequests).toHaveLength(1)
    return asked
  }

  it('is one check run per gate with annotations; what was held says who let it out', async () => {
    const { repository } = await publishHeld('approved')

    const pull = repository.issues.find((issue) => issue.pull !== undefined)
    const runs = repository.checkRuns
    expect(runs.map(({ name, conclusion }) => `${name}: ${conclusion}`).toSorted()).toEqual(passedChecks)
    expect(new Set(runs.map(({ headSha }) => headSha))).toEqual(new Set([pull?.pull?.headSha]))
    const found = (gate: string) => runs.find(({ name }) => name === `Airlock / ${gate}`)
    expect(found('delayed-execution')?.output.title).toContain('approved by bea')
    expect(found('delayed-execution')?.annotations).toMatchObject([
      { path: 'guarded/a.txt', start_line: 1, annotation_level: 'warning' },
    ])
    expect(found('secrets')?.annotations).toMatchObject([
      { path: 'settings.py', start_line: 1, annotation_level: 'warning' },
    ])
    expect(found('size')).toMatchObject({ annotations: [], output: { title: 'Nothing found' } })
    for (const text of [JSON.stringify(runs), pull?.body]) {
      expect(text).toContain('settings.py')
      expect(text).not.toContain(secret)
      expect(text).not.toContain(base64)
    }
    expect(pull?.body).toContain('| **hold** | secrets | named-value | settings.py:1 |')
  })

  it('is not sent to code scanning without the permission, and the job asks for no such token', () => {
    expect(asks()).not.toContain(sarifs)
    expect(world.github.tokens.minted.filter(({ permissions }) => 'security_events' in permissions)).toEqual([])
    expect(worker.lines.filter(({ level }) => Number(level) >= 40)).toEqual([])
  })

  it('is one set when the worker is killed in the middle of it', async () => {
    const repository = await world.createRepository({ name: 'killed' })
    const path = /^\/repos\/acme\/killed\/check-runs$/
    const first = world.github.hold({ method: 'POST', path }, 'after-effect')
    const asked = await world.ask(repository)
    await first.reached
    const second = world.github.hold({ method: 'POST', path }, 'after-effect')
    first.release()
    await second.reached
    worker.kill('SIGKILL')
    await worker.exited
    expect(repository.checkRuns).toHaveLength(2)
    second.release()
    worker = await world.installation.startWorker()
    await world.ended(asked.jobId)

    expect((await outcomeOf(asked)).checks).toEqual(passedChecks)
  }, 180_000)

  it('is in code scanning where the installation has it, without the secret', async () => {
    world.github.grant({ security_events: 'write' })

    const { repository } = await publishHeld('scanned')

    const pull = repository.issues.find((issue) => issue.pull !== undefined)?.pull
    expect(repository.analyses).toMatchObject([
      { ref: `refs/heads/${pull?.headRef}`, commitSha: pull?.headSha, tool: 'Airlock', category: 'airlock' },
    ])
    const sarif = repository.analyses[0]?.sarif
    expect(sarif).toContain('"secrets/named-value"')
    expect(sarif).toContain('"settings.py"')
    expect(sarif).not.toContain(secret)
    expect(sarif).not.toContain(base64)
  })

  it('goes its way all the same where code scanning is switched off', async () => {
    const asked = await publishHeld('switched-off', false)

    expect((await outcomeOf(asked)).checks).toEqual(passedChecks)
    expect(asks()).toContain(sarifs)
    expect(worker.lines.filter(({ msg }) => msg === 'code scanning takes no findings of this repository')).toHaveLength(
      1,
    )
  })

  it('asks GitHub for nothing that it does not know', () => {
    expectKeptRules(world.github)
    expect(world.github.tokens.live()).toEqual([])
  })
})
