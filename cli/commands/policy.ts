import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { openByName } from '../../app/github/open-by-name.ts'
import { GitHubError } from '../../app/intake/github-error.ts'
import { readPolicySources } from '../../app/intake/read-policy.ts'
import { type Explanation, explainPolicy } from '../../app/repo-policy/explain-policy.ts'
import { repositorySchema } from '../../worker/contract/index.ts'
import { type Command, type Io, parseFlagsAndWords, UsageError } from '../command.ts'
import { describePolicy } from '../policy/describe-policy.ts'
import { explainFolder } from '../policy/explain-folder.ts'
import { type AppCredentials, loadAppCredentials } from '../settings/app-credentials.ts'
import { loadOperatorPolicy } from '../settings/load-operator-policy.ts'
import { parseSettings } from '../settings/parse-settings.ts'
import { terminalJson } from '../terminal-text.ts'
import { createPassingApp } from '../wiring/create-passing-app.ts'

const right = 'airlock policy explain acme/widget'
const nameSchema = z.object({ owner: repositorySchema.shape.owner, name: repositorySchema.shape.name })

export const policy: Command = {
  help: `
usage: airlock policy explain OWNER/REPO [--json]
       airlock policy explain --repo DIR [--json]

Shows the policy that holds for a repository now, of the operator's file, the organisation's and its own, and which file
and line each value is from. Asks GitHub as the App. Rules by team are shown as if they all held: who asks is not known.

  --repo  a folder on this machine: of the file that lies there and the operator's; every rule counts that could be meant
  --json  prints one object

Needs APP_ID, and PRIVATE_KEY or PRIVATE_KEY_PATH, but not for a folder; AIRLOCK_OPERATOR_POLICY where the installation
has one.

examples:
  airlock policy explain acme/widget
  airlock policy explain --repo .

exit status: 0 done · 1 no job can start there, or it cannot be read · 2 wrong usage or settings`,
  async run(args, io) {
    const options = { json: { type: 'boolean' }, repo: { type: 'string' } } as const
    const { values, positionals } = parseFlagsAndWords(args, options, right)
    const explanation =
      values.repo === undefined ? await byName(positionals, io) : await byFolder(values.repo, positionals, io)
    if ('why' in explanation) {
      io.stderr(`${explanation.why}\n`)
      return 1
    }
    io.stdout(values.json === true ? `${terminalJson(explanation)}\n` : describePolicy(explanation))
    return explanation.ok ? 0 : 1
  },
}

type Explained = Explanation | { readonly why: string }

async function byFolder(path: string, [verb, ...more]: readonly string[], io: Io): Promise<Explained> {
  if (verb !== 'explain' || more.length > 0) {
    throw new UsageError('explain is needed, and beside --repo no other name', 'airlock policy explain --repo .')
  }
  const folder = resolve(io.cwd, path)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(`--repo: there is no folder ${path}`, 'airlock policy explain --repo .')
  }
  return explainFolder(folder, loadOperatorPolicy(parseSettings(io.env, [])))
}

async function byName([verb, repository, ...more]: readonly string[], io: Io): Promise<Explained> {
  const [owner, name, ...below] = (repository ?? '').split('/')
  const named = nameSchema.safeParse({ owner, name })
  if (verb !== 'explain' || !named.success || more.length > 0 || below.length > 0) {
    throw new UsageError('explain and the name of one repository are needed', right)
  }
  return explain(loadAppCredentials(io.env, []), named.data, io)
}

async function explain(
  credentials: AppCredentials,
  at: { readonly owner: string; readonly name: string },
  { signal }: Io,
): Promise<Explained> {
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
