import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Installation, startInstallation } from '../../test/e2e/installation.ts'
import type { Repository } from '../../test/github/state/entities.ts'
import type { AgentName } from '../../worker/contract/index.ts'
import { createGit, type Git } from '../../worker/git/git-command.ts'
import type { Io } from '../command.ts'
import { type CorePorts, createCore } from '../wiring/create-core.ts'
import { prepareDataFolders } from '../wiring/data-folders.ts'
import { createToolRunner } from '../wiring/run-npm.ts'
import { chooseModel } from './choose-model.ts'
import { type DemoEnd, describeEnd, type FoundPullRequest } from './describe-end.ts'
import { followJob } from './follow-job.ts'
import { demoIssue } from './library.ts'
import { prepareLibrary } from './prepare-library.ts'
import { runTestsAt } from './prove-change.ts'

export interface DemoOptions {
  readonly agent: AgentName
  readonly live: boolean
}

/** What this clone keeps: the demo's records and the agents that it installed. */
const dataDir = fileURLToPath(new URL('../../.airlock/', import.meta.url)).replace(/\/$/, '')
const jobMs = 300_000

/** From a label to a pull request, on a whole installation that ends with the demo. True: the proof held. */
export async function runDemo(options: DemoOptions, io: Io): Promise<boolean> {
  const say = (text: string) => io.stdout(`${text}\n`)
  const folders = await prepareDataFolders(dataDir)
  // Every demo is a first time: nothing of an earlier one is reused but the agent's installation.
  for (const path of [folders.mirrors, folders.snapshots]) await rm(path, { recursive: true, force: true })
  const core = await createCore({}, io.env, await prepareDataFolders(dataDir))
  say(`set-up: the agent ${options.agent}, from npm by lockfile`)
  if ((await core.agents.load(options.agent)) === null) throw new Error(`there is no agent named ${options.agent}`)

  const startedAt = Date.now()
  await using model = await chooseModel(options.live, options.agent, io.env)
  say(`\nstarting: Redis, a stand-in for GitHub, the app, a worker; ${model.described}`)
  await using installation = await startInstallation({ dataDir, env: model.env })
  const worker = await installation.startWorker()
  const repository = await createLibraryRepository(installation, options.agent, io)
  installation.github.addCollaborator(repository, 'ada', 'write')
  const { issue } = await installation.github.openIssue(repository, { by: 'ada', ...demoIssue })
  say(`ada opened ${repository.owner.login}/${repository.name}#${issue.number}: ${demoIssue.title}`)
  await installation.github.label(repository, issue.number, { by: 'ada', name: 'airlock' })
  say('ada added the label airlock\n')

  const end = await followJob(worker, io.stdout, jobMs)
  const git = createGit('git', join(dataDir, 'git-home'))
  const found = await findPullRequest(repository, issue.number, git, io.signal)
  const proof = found === null ? null : await prove(core, repository.gitDir, found, io.signal)
  const facts: DemoEnd = { end, found, proof, elapsedMs: Date.now() - startedAt }
  io.stdout(describeEnd(facts))
  return proof !== null && proof.before.exitCode !== 0 && proof.after.exitCode === 0
}

async function createLibraryRepository(installation: Installation, agent: AgentName, io: Io): Promise<Repository> {
  const folder = await mkdtemp(join(tmpdir(), 'airlock-library-'))
  try {
    await prepareLibrary(folder, createToolRunner(io.env), agent)
    return await installation.github.createRepository({ name: 'shell-quote', folder })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What is really there on the stand-in, whatever the worker says. */
async function findPullRequest(
  repository: Repository,
  issue: number,
  git: Git,
  signal: AbortSignal,
): Promise<FoundPullRequest | null> {
  const found = repository.issues.find(({ pull, number }) => pull !== undefined && number !== issue)
  if (found?.pull === undefined) return null
  const { headRef, baseRef, headSha, baseSha, draft } = found.pull
  const args = [`--git-dir=${repository.gitDir}`, 'diff', '--no-ext-diff', '--no-textconv', baseSha, headSha, '--']
  const diff = (await git(args, { signal })).toString('utf8')
  const { number, title } = found
  return { number, title, body: found.body ?? '', draft, head: headRef, base: baseRef, headSha, baseSha, diff }
}

async function prove(core: CorePorts, gitDir: string, pull: FoundPullRequest, signal: AbortSignal) {
  const before = await runTestsAt(core, gitDir, pull.baseSha, signal)
  const after = await runTestsAt(core, gitDir, pull.headSha, signal)
  return { before, after }
}
