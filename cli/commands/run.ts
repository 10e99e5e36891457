import type { Command } from '../command.ts'
import { readRunFlags } from '../run/read-run-flags.ts'

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
    // A wrong call, or one for help, need not wait until all that a job may need is loaded.
    const { runLocal } = await import('../run/run-local.ts')
    return runLocal(flags, io)
  },
}
