import { z } from 'zod'
import { isBot } from '../../app/triggers/evaluate-authority.ts'
import { repositorySchema } from '../../worker/contract/index.ts'
import { type ApiTokens, createApiTokens } from '../../worker/queue/api-tokens.ts'
import { withKeptRedis } from '../changes/with-kept-redis.ts'
import { type Command, type Io, parseFlagsAndWords, UsageError } from '../command.ts'
import { type AppCredentials, loadAppCredentials } from '../settings/app-credentials.ts'
import { parseSettings } from '../settings/parse-settings.ts'
import { terminalJson } from '../terminal-text.ts'
import { describeTokens, shownToken } from '../tokens/describe-tokens.ts'
import { findPerson, type PersonOn } from '../tokens/find-person.ts'

const right = 'airlock tokens create --user ada --repository acme/widget'
const options = {
  user: { type: 'string' },
  repository: { type: 'string', multiple: true },
  days: { type: 'string' },
  note: { type: 'string' },
  json: { type: 'boolean' },
} as const

const dayMs = 24 * 60 * 60 * 1000
const wishSchema = z.strictObject({
  user: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, '--user takes the login of a person'),
  repository: z
    .array(z.string().regex(/^[^/\s]+\/[^/\s]+$/, '--repository takes OWNER/NAME'))
    .min(1, '--repository is needed, once or more')
    .max(20, 'at most 20 repositories'),
  days: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, '--days takes a whole number from 1 to 365')
    .transform(Number)
    .refine((days) => days <= 365, '--days takes a whole number from 1 to 365'),
  note: z.string().max(200, '--note takes at most 200 characters'),
})
type Wish = z.output<typeof wishSchema>

export const tokens: Command = {
  help: `
usage: airlock tokens create --user LOGIN --repository OWNER/NAME [--repository …] [--days N] [--note TEXT] [--json]
       airlock tokens list [--json]
       airlock tokens revoke ID

Tokens of the HTTP API for machines, which have no token of a person's on GitHub. Each acts as one person, whose live
permission is asked of GitHub with every request, and is good for the repositories that are named. It is shown once;
Redis has its SHA-256.

  --days  how long it is good, 90 unless said, at most 365
  --note  what it is for, shown in the list

Needs REDIS_URL, or the data folder of an \`airlock up\` that runs; create also APP_ID, and PRIVATE_KEY or
PRIVATE_KEY_PATH.

examples:
  ${right} --days 30 --note nightly
  airlock tokens revoke 0123456789ab

exit status: 0 done · 1 the person has no permission there, or there is no such token · 2 wrong usage or settings`,
  async run(args, io) {
    const { values, positionals } = parseFlagsAndWords(args, options, right)
    const [verb, id, ...more] = positionals
    const { json = false, ...wish } = values
    const isPlain = Object.keys(wish).length === 0
    if (verb === 'create' && id === undefined) return create(wishFrom(wish), json, io)
    if (verb === 'list' && id === undefined && isPlain) return list(json, io)
    if (verb === 'revoke' && id !== undefined && more.length === 0 && isPlain && !json) return revoke(id, io)
    throw new UsageError(
      verb === undefined ? 'a verb is needed: create, list or revoke' : `cannot ${args.join(' ')}`,
      right,
    )
  },
}

function wishFrom(values: object): Wish {
  const wish = wishSchema.safeParse({ days: '90', note: '', repository: [], ...values })
  if (wish.success) return wish.data
  const [first] = wish.error.issues
  throw new UsageError(first?.path[0] === 'user' ? '--user takes the login of a person' : (first?.message ?? ''), right)
}

async function create(wish: Wish, json: boolean, io: Io): Promise<number> {
  const credentials = loadAppCredentials(io.env, [])
  if (isBot({ login: wish.user, type: 'User' })) throw new UsageError('a bot starts nothing', right)
  const found = await findAll(credentials, wish, io.signal)
  if ('why' in found) return failed(io, found.why)
  const [{ userId }] = found.people
  const user = { id: userId, login: wish.user }
  const expiresAt = new Date(Date.now() + wish.days * dayMs).toISOString()
  const repositories = found.people.map(({ repository }) => repository)
  const made = await withKeptRedis(credentials.settings, (redis) =>
    createApiTokens(redis).create({ user, repositories, note: wish.note, expiresAt }),
  )
  if (json) io.stdout(`${terminalJson({ ...shownToken(made.entry), token: made.token })}\n`)
  else io.stdout(`${made.token}\n`)
  return 0
}

/** The same person on all of the repositories, or why not. */
async function findAll(
  credentials: AppCredentials,
  { user, repository }: Wish,
  signal: AbortSignal,
): Promise<{ readonly people: readonly [PersonOn, ...PersonOn[]] } | { readonly why: string }> {
  const people: PersonOn[] = []
  for (const fullName of new Set(repository)) {
    const [owner, name] = fullName.split('/')
    const named = repositorySchema.pick({ owner: true, name: true }).safeParse({ owner, name })
    if (!named.success) throw new UsageError('--repository takes OWNER/NAME', right)
    const found = await findPerson(credentials, user, named.data, signal)
    if ('why' in found) return found
    people.push(found)
  }
  const [first, ...others] = people
  if (first === undefined) throw new UsageError('--repository is needed, once or more', right)
  return { people: [first, ...others] }
}

async function list(json: boolean, io: Io): Promise<number> {
  const entries = await withTokens(io, (book) => book.list())
  io.stdout(json ? `${terminalJson(entries.map(shownToken))}\n` : describeTokens(entries))
  return 0
}

async function revoke(id: string, io: Io): Promise<number> {
  return (await withTokens(io, (book) => book.revoke(id))) ? 0 : failed(io, `there is no token ${JSON.stringify(id)}`)
}

function withTokens<T>(io: Io, use: (book: ApiTokens) => Promise<T>): Promise<T> {
  return withKeptRedis(parseSettings(io.env, []), (redis) => use(createApiTokens(redis)))
}

function failed(io: Io, why: string): number {
  io.stderr(`airlock: ${why}\n`)
  return 1
}
