import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readDevcontainerImage } from '../../app/repo-policy/devcontainer-image.ts'
import { type PolicyText, policyPath } from '../../app/repo-policy/evaluate-policy.ts'
import type { OperatorPolicy } from '../../app/repo-policy/operator/operator-policy.ts'
import type { JobSummary } from '../../worker/contract/index.ts'
import { createGit } from '../../worker/git/git-command.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { CommandError } from '../../worker/process/run-command.ts'
import { type Io, UsageError } from '../command.ts'
import { exitStatuses } from '../exit-status.ts'
import { loadOperatorPolicy } from '../settings/load-operator-policy.ts'
import { parseSettings } from '../settings/parse-settings.ts'
import { createCore } from '../wiring/create-core.ts'
import { type DataFolders, dataDirOf, prepareDataFolders } from '../wiring/data-folders.ts'
import { createConsoleReporter } from './console-reporter.ts'
import { describePlan } from './describe-plan.ts'
import { describeSummary } from './describe-summary.ts'
import { explainSetup } from './explain-setup.ts'
import { createLocalPorts } from './local-ports.ts'
import { openLocalRepository } from './local-repository.ts'
import { createLocalRequest } from './local-request.ts'
import { printableText } from './printable-text.ts'
import { type RunFlags, rightRun } from './read-run-flags.ts'
import { describePolicyProblems, refusePolicy } from './refuse-policy.ts'
import { soleAttempt } from './sole-attempt.ts'
import { writeResult } from './write-result.ts'

/** One job on a repository of this machine. Returns the exit status; throws UsageError for what only shows by now. */
export async function runLocal(flags: RunFlags, io: Io): Promise<number> {
  const settings = parseSettings(io.env, [])
  const folders = await prepareDataFolders(dataDirOf(settings))
  const repository = await localPathOf(flags, folders, io.signal)
  const created = await createRequest(flags, repository, folders, loadOperatorPolicy(settings), io.signal)
  if (!created.ok) {
    io.stderr(describePolicyProblems(created.problems))
    const report = await refusePolicy(created.problems, created.baseSha, folders)
    if (flags.json && !flags.explain) io.stdout(`${JSON.stringify(report)}\n`)
    return exitStatuses[report.outcome]
  }
  const core = await createCore(settings, io.env, folders)
  const reporter = createConsoleReporter(io.stderr)
  const ports = createLocalPorts({ core, folders, repository, secretsDir: flags.secretsDir, reporter })
  if (flags.explain) {
    const plan = await explainSetup(created.request, ports, folders, io.signal)
    io.stdout(flags.json ? `${JSON.stringify(plan)}\n` : describePlan(plan))
    return 0
  }
  const summary = await runJob(created.request, soleAttempt(io.signal), ports)
  if (flags.out !== null) await writeResult(flags.out, { repository, dataDir: folders.root }, summary)
  print(summary, flags.json, io)
  return exitStatuses[summary.outcome.outcome]
}

/** A repository that is only a URL is cloned below --out, where its branch will be. Throws UsageError. */
async function localPathOf({ repo, out }: RunFlags, folders: DataFolders, signal: AbortSignal): Promise<string> {
  if (out === null || !/^https?:\/\//.test(repo)) return repo
  const path = join(out, 'repository.git')
  if (existsSync(path)) throw new UsageError(`--out: ${path} is there already`, 'airlock run … --out ANOTHER')
  const git = createGit('git', join(folders.root, 'git-home'))
  try {
    await git(['clone', '--bare', '--quiet', '--no-tags', '--', repo, path], { signal, timeoutMs: 600_000 })
    return path
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw new UsageError(`--repo: ${repo} can't be cloned: ${printableText(error.stderr)}`, rightRun)
  }
}

async function createRequest(
  flags: RunFlags,
  path: string,
  folders: DataFolders,
  operatorPolicy: OperatorPolicy,
  signal: AbortSignal,
) {
  const repository = openLocalRepository(path, folders.root, signal)
  const [base, checkedOut] = await Promise.all([repository.resolve(flags.base), repository.resolve(null)])
  if (base === null) throw new UsageError(`${flags.base ?? 'HEAD'} names no commit in ${flags.repo}`, rightRun)
  const written: PolicyText =
    flags.policy === null ? await repository.readFile(base.sha, policyPath) : { kind: 'text', text: flags.policy.text }
  const devcontainerImage = await readDevcontainerImage((path) => repository.readFile(base.sha, path))
  const policy = { name: flags.policy?.name ?? policyPath, written }
  const created = createLocalRequest({
    ...{ ...flags, repository: path, base, policy, devcontainerImage, operatorPolicy, now: Date.now() },
    defaultBranch: checkedOut?.ref ?? base.ref,
  })
  return { ...created, baseSha: base.sha }
}

function print(summary: JobSummary, json: boolean, io: Io): void {
  io.stdout(json ? `${JSON.stringify(summary.report)}\n` : describeSummary(summary))
}
