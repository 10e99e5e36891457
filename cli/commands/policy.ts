import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { openByName } from '../../app/github/open-by-name.ts'
import { GitHubError } from '../../app/intake/github-error.ts'
import { readPolicySources } from '../../app/intake/read-policy.ts'
import { type Explanation, explainPolicy } from '../../app/repo-policy/explain-policy.ts'
import { repositorySchema } from '../../worker/contract/index.ts'
import { type Command, type Io, parseFlagsAndWords, UsageError } from '../command.ts'
import { describePolicy } from '../policy/describe-policy.ts'
import { type AppCredentials, loadAppCredentials } from '../settings/app-credentials.ts'
import { loadOperatorPolicy } from '../settings/load-operator-policy.ts'
import { terminalJson } from '../terminal-text.ts'
import { createPassingApp } from '../wiring/create-passing-app.ts'

const right = 'airlock policy explain acme/widget'
const nameSchema = z.object({ owner: repositorySchema.shape.owner, name: repositorySchema.shape.name })

export const policy: Command = {
  help: `
usage: airlock policy explain OWNER/REPO [--json]

Shows the policy that holds for a repository now, of the operator's file, the organisation's and its own, and which file
and line each value is from. Asks GitHub as the App.

  --json  prints one object

Needs APP_ID, and PRIVATE_KEY or PRIVATE_KEY_PATH; AIRLOCK_OPERATOR_POLICY where the installation has one.

example:
  airlock policy explain acme/widget

exit status: 0 done · 1 no job can start there, or it cannot be read · 2 wrong usage or settings`,
  async run(args, io) {
    const { values, positionals } = parseFlagsAndWords(args, { json: { type: 'boolean' } }, right)
    const [verb, repository, ...more] = positionals
    const [owner, name, ...below] = (repository ?? '').split('/')
    const named = nameSchema.safeParse({ owner, name })
    if (verb !== 'explain' || !named.success || more.length > 0 || below.length > 0) {
      throw new UsageError('explain and the name of one repository are needed', right)
    }
    const explanation = await explain(loadAppCredentials(io.env, []), named.data, io)
    if ('why' in explanation) {
      io.stderr(`${explanation.why}\n`)
      return 1
    }
    io.stdout(values.json === true ? `${terminalJson(explanation)}\n` : describePolicy(explanation))
    return explanation.ok ? 0 : 1
  },
}

async function explain(
  credentials: AppCredentials,
  at: { readonly owner: string; readonly name: string },
  { signal }: Io,
): Promise<Explanation | { readonly why: string }> {
  const operator = loadOperatorPolicy(credentials.settings)
  const app = createPassingApp(credentials)
  try {
    await using repository = await openByName(app, at, `policy-${randomUUID()}`, signal)
    if (repository === null)
      return { why: `the App is not installed on ${at.owner}/${at.name}, or there is no such repository` }
    const { facts } = repository
    const head = await facts.headOf(facts.now.defaultBranch)
    const { texts, traits } = await readPolicySources(facts, operator, head)
    return explainPolicy(operator, texts, traits)
  } catch (error) {
    if (error instanceof GitHubError) return { why: `GitHub could not be asked: ${error.message}` }
    throw error
  }
}
