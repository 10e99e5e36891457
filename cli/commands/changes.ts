import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { listKept, openKept } from '../../worker/queue/kept-changes.ts'
import { changeAsJson, describeChange, describeList, type OpenedChange, patchOf } from '../changes/describe-kept.ts'
import { withKeptRedis } from '../changes/with-kept-redis.ts'
import { type Command, type Io, parseFlagsAndWords, UsageError } from '../command.ts'
import { loadPrivateKey } from '../settings/load-private-key.ts'
import { parseSettings } from '../settings/parse-settings.ts'
import { terminalJson } from '../terminal-text.ts'

const right = 'airlock changes show k3v9x0q2mf'
const options = { json: { type: 'boolean' }, output: { type: 'string' } } as const

export const changes: Command = {
  help: `
usage: airlock changes list [--json]       changes that are kept: held and quarantined ones, which wait for a person,
                                           and blocked ones where AIRLOCK_BLOCKED_CHANGES is seal
       airlock changes show JOB [--json] [--output FILE]
                                           what the gates found in one, and its patch; a blocked one may show a secret

  --output  writes the patch, as \`git apply\` takes it, into a new file that only you can read
  --json    prints one object; a patch that is not UTF-8 is in base64

Needs REDIS_URL, or the data folder of an \`airlock up\` that runs; show also PRIVATE_KEY or PRIVATE_KEY_PATH. Characters
that a terminal would obey or hide are written out: only --output has every byte.

examples:
  airlock changes list
  airlock changes show k3v9x0q2mf --output change.patch

exit status: 0 done · 1 there is no such change, or it cannot be read · 2 wrong usage or settings`,
  async run(args, io) {
    const { values, positionals } = parseFlagsAndWords(args, options, right)
    const [verb, jobId, ...more] = positionals
    const json = values.json === true
    if (verb === 'list' && jobId === undefined && values.output === undefined) return list(json, io)
    if (verb === 'show' && jobId !== undefined && more.length === 0) {
      return show(jobId, { json, output: values.output ?? null }, io)
    }
    if (verb === 'show') throw new UsageError('show takes the id of one job', right)
    throw new UsageError(verb === undefined ? 'a verb is needed: list or show' : `cannot ${args.join(' ')}`, right)
  },
}

async function list(json: boolean, io: Io): Promise<number> {
  const entries = await withKeptRedis(parseSettings(io.env, []), listKept)
  io.stdout(json ? `${terminalJson(entries)}\n` : describeList(entries))
  return 0
}

interface ShowFlags {
  readonly json: boolean
  readonly output: string | null
}

async function show(jobId: string, { json, output }: ShowFlags, io: Io): Promise<number> {
  const key = loadPrivateKey(io.env)
  const problems = key !== null && 'problem' in key ? [key.problem] : []
  const settings = parseSettings(io.env, [['PRIVATE_KEY', 'PRIVATE_KEY_PATH']], problems)
  const pem = key !== null && 'pem' in key ? key.pem : ''
  const opened = await withKeptRedis(settings, (redis) => openKept(redis, pem, jobId))
  if (opened === null) return failed(io, `no change of job ${JSON.stringify(jobId)} is kept`)
  const { entry, kept } = opened
  if (kept === null) {
    return failed(io, `the change of job ${jobId} was sealed with another key or by another version, or was altered`)
  }
  const why = output === null ? null : await writePatch({ entry, kept }, resolve(io.cwd, output))
  if (why !== null) return failed(io, why)
  io.stdout(json ? `${terminalJson(changeAsJson({ entry, kept }))}\n` : describeChange({ entry, kept }, output))
  return 0
}

/** Into a file that is not there yet: nothing is followed or replaced. Null: written; else why not. */
async function writePatch({ kept }: OpenedChange, path: string): Promise<string | null> {
  const patch = patchOf(kept)
  if (patch === null) return 'there is no patch of it'
  try {
    await writeFile(path, patch, { mode: 0o600, flag: 'wx' })
    return null
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    return `--output: ${path} can't be written (${code}); name a file that is not there yet`
  }
}

function failed(io: Io, why: string): number {
  io.stderr(`airlock: ${why}\n`)
  return 1
}
