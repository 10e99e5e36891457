import { z } from 'zod'
import { GitHubError } from '../../app/intake/github-error.ts'
import { repositorySchema } from '../../worker/contract/index.ts'
import { type Command, type Io, parseFlagsAndWords, UsageError } from '../command.ts'
import { checkInstall, mostRepositories, type Target } from '../install-check/check-install.ts'
import { describeChecks } from '../install-check/describe-checks.ts'
import type { Check } from '../install-check/judge-install.ts'
import { loadAppCredentials } from '../settings/app-credentials.ts'
import { loadOperatorPolicy } from '../settings/load-operator-policy.ts'
import { terminalJson } from '../terminal-text.ts'
import { createPassingApp } from '../wiring/create-passing-app.ts'

const right = 'airlock install-check acme/widget'
const targetSchema = z.object({
  owner: repositorySchema.shape.owner.nullable(),
  name: repositorySchema.shape.name.nullable(),
})

export const installCheck: Command = {
  help: `
usage: airlock install-check [OWNER[/REPO]] [--json]

What is missing or unwise on GitHub, and how to mend it: the App's permissions, events and webhook, deliveries of the
last day that nobody took, the installation, and of a repository its policy, label, the rules of its default branch and
who may approve. Without a name, the App and its installations; with an owner, also its first ${mostRepositories} repositories. Asks GitHub
as the App, changes nothing, and says what it may not read.

  --json  prints one object

Needs APP_ID, and PRIVATE_KEY or PRIVATE_KEY_PATH; AIRLOCK_OPERATOR_POLICY where the installation has one.

examples:
  airlock install-check
  airlock install-check acme --json
  airlock install-check acme/widget

exit status: 0 nothing is missing or unwise · 1 something is, or GitHub cannot be asked · 2 wrong usage or settings`,
  async run(args, io) {
    const { values, positionals } = parseFlagsAndWords(args, { json: { type: 'boolean' } }, right)
    const checks = await ask(targetOf(positionals), io)
    if ('why' in checks) {
      io.stderr(`${checks.why}\n`)
      return 1
    }
    io.stdout(values.json === true ? `${terminalJson({ checks: checks.all })}\n` : describeChecks(checks.all))
    return checks.all.some(({ state }) => state === 'missing' || state === 'unwise') ? 1 : 0
  },
}

function targetOf([given, ...more]: readonly string[]): Target {
  const [owner = null, name = null, ...below] = given === undefined ? [] : given.split('/')
  const target = targetSchema.safeParse({ owner, name })
  if (!target.success || more.length > 0 || below.length > 0) {
    throw new UsageError('the name of one owner or repository is taken', right)
  }
  return target.data
}

async function ask(target: Target, io: Io): Promise<{ readonly all: readonly Check[] } | { readonly why: string }> {
  const credentials = loadAppCredentials(io.env, [])
  const app = createPassingApp(credentials)
  const deps = { app, operator: loadOperatorPolicy(credentials.settings), now: Date.now }
  try {
    return { all: await checkInstall(deps, target, io.signal) }
  } catch (error) {
    if (error instanceof GitHubError) return { why: `GitHub could not be asked: ${error.message}` }
    throw error
  }
}
