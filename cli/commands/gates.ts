import { type Command, type Io, UsageError } from '../command.ts'
import { describeReport } from '../gates/describe-report.ts'
import { type GatesFlags, readGatesFlags, rightGates } from '../gates/read-gates-flags.ts'

export const gates: Command = {
  help: `
usage: airlock gates --repo DIR --base REF [--head REF] [--policy FILE] [--offline] [--json]
                     [--sarif FILE]
       airlock gates scan PATH... [--json] [--sarif FILE]

Asks all gates about a change of any repository, or the secrets gate about files and folders, all their lines. Needs no
Redis, no GitHub and no sandbox, and starts nothing that the repository names. Where the policy lists licenses, it asks
your package registries for those of new dependencies.

  --repo    the top folder of a repository, bare or not
  --base    a branch, tag or commit; the change begins where --head left it
  --head    a branch, tag or commit; default: the files of the work tree as they are, without ignored ones
  --policy  stands in for .github/airlock.yml of the base commit
  --offline asks no package registry, so that each new dependency is held where the policy lists licenses
  --json    prints one object: verdict, findings, files, bytes
  --sarif   also writes the findings as SARIF 2.1.0

scan follows no symlink, reads regular files only and passes over .git.

examples:
  airlock gates --repo . --base origin/main --head HEAD
  airlock gates --repo . --base origin/main --sarif gates.sarif
  airlock gates scan src .env --json

exit status: 0 publish · 1 failed · 2 wrong usage · 3 hold or block`,
  async run(args, io) {
    const flags = readGatesFlags(args, io.cwd)
    try {
      return await judge(flags, io)
    } catch (error) {
      const expected = describeFailure(error)
      if (expected === null) throw error
      io.stderr(`airlock gates: ${expected}\n`)
      return 1
    }
  },
}

/** What judges is loaded once the call is known to be right. */
async function judge(flags: GatesFlags, io: Io): Promise<number> {
  const { judgeChange, scanPaths, writeSarif } = await import('../gates/judge.ts')
  const report = flags.kind === 'scan' ? await scanPaths(flags, io) : await judgeChange(flags, io)
  if (flags.sarif !== null) await writeSarif(flags.sarif, report)
  io.stdout(flags.json ? `${JSON.stringify(report)}\n` : describeReport(report))
  return report.verdict === 'publish' ? 0 : 3
}

/** In one line, what a person can do something about; null: a bug of ours, with its stack. */
function describeFailure(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if (error.name === 'RepositoryError') throw new UsageError(error.message, rightGates)
  const known = ['SourceError', 'CommandError', 'PolicyError', 'FileError', 'UnreadableError']
  // Git and a policy quote the repository: nothing of it may steer the terminal.
  return known.includes(error.name) ? error.message.slice(0, 1000).replaceAll(/\p{C}/gu, ' ') : null
}
