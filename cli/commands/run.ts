import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type PolicyText, policyPath } from '../../app/repo-policy/evaluate-policy.ts'
import type { OperatorPolicy } from '../../app/repo-policy/operator/operator-policy.ts'
import type { JobSummary } from '../../worker/contract/index.ts'
import { createGit } from '../../worker/git/git-command.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { CommandError } from '../../worker/process/run-command.ts'
import { type Command, type Io, UsageError } from '../command.ts'
import { exitStatuses } from '../exit-status.ts'
import { createConsoleReporter } from '../run/console-reporter.ts'
import { describePlan } from '../run/describe-plan.ts'
import { describeSummary } from '../run/describe-summary.ts'
import { explainSetup } from '../run/explain-setup.ts'
import { createLocalPorts } from '../run/local-ports.ts'
import { openLocalRepository } from '../run/local-repository.ts'
import { createLocalRequest } from '../run/local-request.ts'
import { printableText } from '../run/printable-text.ts'
import { type RunFlags, readRunFlags, rightRun } from '../run/read-run-flags.ts'
import { describePolicyProblems, refusePolicy } from '../run/refuse-policy.ts'
import { soleAttempt } from '../run/sole-attempt.ts'
import { writeResult } from '../run/write-result.ts'
import { loadOperatorPolicy } from '../settings/load-operator-policy.ts'
import { parseSettings } from '../settings/parse-settings.ts'
import { createCore } from '../wiring/create-core.ts'
import { type DataFolders, dataDirOf, prepareDataFolders } from '../wiring/data-folders.ts'

export const run: Command = {
  help: `
usage: airlock run --repo DIR|URL [--base REF] (--task TEXT | --task-file FILE)
                   [--agent NAME | -- ARGV...]
                   [--isolation process|container|gvisor|microvm] [--policy FILE] [--secrets-dir DIR]
                   [--out DIR] [--json]
       airlock run --explain --repo DIR|URL [--base REF] [--policy FILE] [--out DIR] [--json]

  --repo         a repository on this machine, or the URL of a public one; a URL needs --out, where it is cloned
  --base         a branch, tag or commit; default: the branch that is checked out
  --agent        claude, codex, gemini, opencode, copilot, qwen or pi; default: what the policy says
  -- ARGV...     any command as the agent, run in the workspace; the task is in the file that $AIRLOCK_TASK_FILE names
  --isolation    the least that is accepted; a stricter policy stands
  --policy       stands in for the base commit's .github/airlock.yml
  --secrets-dir  one file per secret name
  --out          also writes report.json, pull-request.md, change.patch and audit.jsonl there
  --json         prints one object at the end; progress goes to standard error either way
  --explain      says what setup would run and why, and runs nothing; needs no task

The result is a new branch airlock/… in that repository. Nothing else in it changes. The operator's policy, which
AIRLOCK_OPERATOR_POLICY names, holds here too.

examples:
  airlock run --repo . --task "Make the tests pass" --agent claude
  airlock run --repo . --task-file task.md --out result -- node tools/fix.js
  airlock run --repo . --explain

exit status: 0 published or no changes · 1 failed · 2 wrong usage · 3 held or blocked · 4 refused · 5 cancelled`,
  async run(args, io) {
    const flags = await readRunFlags(args, io.cwd)
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
  },
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
  const policy = { name: flags.policy?.name ?? policyPath, written }
  const created = createLocalRequest({
    ...{ ...flags, repository: path, base, policy, operatorPolicy, now: Date.now() },
    defaultBranch: checkedOut?.ref ?? base.ref,
  })
  return { ...created, baseSha: base.sha }
}

function print(summary: JobSummary, json: boolean, io: Io): void {
  io.stdout(json ? `${JSON.stringify(summary.report)}\n` : describeSummary(summary))
}
