import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Installation } from '../../test/e2e/installation.ts'
import type { LoggedProcess } from '../../test/e2e/process-log.ts'
import type { Repository } from '../../test/github/state/entities.ts'
import { stepNameSchema } from '../../worker/contract/index.ts'
import type { Sample } from '../measure.ts'

/** What the agent does in every job of a bench: as little as can be seen in a pull request. */
export const agentScript = 'date +%s%N > changed.txt'

/** A policy with a setup, so that a warm job starts from a sealed snapshot. */
export const policy = `agent: command\ncommand: [sh, -c, "${agentScript}"]\nsetup: { run: ["true"] }\n`
const files = 100
const jobMs = 120_000
/** Longer than any pause between two requests of a job that has ended. */
const quietMs = 1000

/** A small repository: a hundred files of a few KiB. */
export async function createBenchRepository(
  { github }: Pick<Installation, 'github'>,
  name: string,
  image = 'host',
): Promise<Repository> {
  const sources = Array.from({ length: files }, (_, index) => [`src/file-${index}.txt`, `line ${index}\n`.repeat(200)])
  const content = { ...Object.fromEntries(sources), '.github/airlock.yml': `${policy}image: ${image}\n` }
  const repository = await github.createRepository({ name, files: content })
  github.addCollaborator(repository, 'ada', 'write')
  return repository
}

const endSchema = z.object({ outcome: z.literal('published'), durations: z.partialRecord(stepNameSchema, z.number()) })

/**
 * One job: `total` from the label to the pull request on the stand-in, `reaction` and `comment` to the first answers, each
 * step by the worker's own clock, and as `around` what is left: webhook, intake and queue; `requests` is how many GitHub's
 * API got. Throws where the job ends in another way.
 */
export async function askForJob(
  { github }: Installation,
  workers: readonly LoggedProcess[],
  repository: Repository,
): Promise<Sample> {
  const { issue } = await github.openIssue(repository, { by: 'ada', title: 'Do it', body: 'Please.' })
  const closes = `Closes #${issue.number}.`
  const isOpen = () => repository.issues.some(({ pull, body }) => pull !== undefined && body?.startsWith(closes))
  const before = github.requests.length
  const startedAt = performance.now()
  const since = async (check: () => boolean) => {
    await github.until(check, jobMs)
    return performance.now() - startedAt
  }
  const reacted = since(() =>
    repository.reactions.some(({ subject }) => subject.kind === 'issue' && subject.id === issue.id),
  )
  const commented = since(() => repository.comments.some((comment) => comment.issueNumber === issue.number))
  const { delivery } = await github.label(repository, issue.number, { by: 'ada', name: 'airlock' })
  if (delivery.statusCode !== 202) throw new Error(`the webhook was answered with ${delivery.statusCode}`)
  const total = await since(isOpen)
  const branch = `airlock/issue-${issue.number}-`
  const fits = (line: object) => JSON.stringify(line).includes(`/pull/`) && isEndOf(line, repository, branch)
  const ended = await Promise.race(workers.map((worker) => worker.waitFor(fits, jobMs)))
  const { report, ...steps } = endSchema.parse(ended).durations
  const inSteps = Object.values(steps).reduce((sum, ms) => sum + ms, 0)
  await allAsked(github)
  const requests = github.requests.slice(before).filter(({ template }) => template !== 'git').length
  const answers = { reaction: await reacted, comment: await commented, requests }
  return { total, ...answers, around: total - inSteps, ...steps, ...(report === undefined ? {} : { report }) }
}

/** What is told, revoked and looked at after the end has come too. */
async function allAsked({ requests }: Installation['github']): Promise<void> {
  for (let seen = -1; seen !== requests.length; ) {
    seen = requests.length
    await sleep(quietMs)
  }
}

/** The end of this very job: the pull request that it names is the one with the issue's branch. */
function isEndOf(line: object, repository: Repository, branch: string): boolean {
  const url = 'pullRequest' in line ? String(line.pullRequest) : ''
  const number = Number(url.split('/').at(-1))
  const pull = repository.issues.find((issue) => issue.number === number)?.pull
  return url.includes(`/${repository.name}/`) && pull?.headRef.startsWith(branch) === true
}
