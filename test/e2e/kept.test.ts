import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changes } from '../../cli/commands/changes.ts'
import { madeUp } from '../gates/gate-input.ts'
import { gitText } from '../github/git/run-git.ts'
import { expectKeptRules } from './expect-kept-rules.ts'
import { operatorEnvironment } from './operator-environment.ts'
import { outcomeOf } from './outcome-of.ts'
import type { LoggedProcess } from './process-log.ts'
import { searchFor } from './search-places.ts'
import { type Asked, startWorld, type World } from './start-world.ts'

const value = madeUp(36)
const canary = `npm_${value}`
const small = 'abcdefghijklmnopqrstuvwxyz'
/** Nobody but the agent may write a value as it is: the policy has each small letter's next one in its place. */
const hidden = (text: string) => {
  const moved = text.replace(/[a-z]/g, (letter) => small[(small.indexOf(letter) + 1) % small.length] ?? '')
  return `"$(echo ${moved} | tr b-za a-z)"`
}
/** What a terminal would obey, hide or turn around. */
const escapes = String.raw`\033]0;owned\007\033[2J\302\233 31m \342\200\256 \342\200\213 \r`
const writesToken = `printf 'token=%s\\n%s\\n' ${hidden(canary)} "$(printf '${escapes}')" > .npmrc`
const policy = (script: string) =>
  `agent: command\ncommand: [sh, -c, ${JSON.stringify(script)}]\ngates: { protected: ["guarded/**"] }\n`
const days = 24 * 3600

describe('a change that is kept', () => {
  let world: World
  let worker: LoggedProcess
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp('/tmp/airlock-kept-')
    world = await startWorld()
    worker = await world.installation.startWorker({ AIRLOCK_BLOCKED_CHANGES: 'seal' })
  }, 120_000)
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  async function ask(name: string, script: string): Promise<Asked & { readonly comment: string }> {
    const asked = await world.ask(await world.createRepository({ name, policy: policy(script) }))
    await world.ended(asked.jobId)
    const [comment = ''] = (await outcomeOf(asked)).comments
    return { ...asked, comment }
  }

  /** The command as the operator calls it on the host of the app or of a worker. */
  async function airlock(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const { github, installation } = world
    let [stdout, stderr] = ['', '']
    const io = {
      env: { ...operatorEnvironment(github, world.dataDir), REDIS_URL: installation.redisUrl, ...env },
      cwd: folder,
      stdout: (text: string) => {
        stdout += text
      },
      stderr: (text: string) => {
        stderr += text
      },
      signal: AbortSignal.timeout(60_000),
    }
    return { status: await changes.run(args, io), stdout, stderr }
  }

  /** Every place that has the value: what GitHub was sent, logs, Redis and its files, the data folder. */
  async function placesOf(value: string): Promise<string[]> {
    const { github, installation, dataDir, temporary } = world
    const search = searchFor(value)
    const logs = [installation.app, worker].flatMap(({ lines, other }) => [...lines, ...other])
    return [
      ...github.requests.filter(({ body, path, query }) => search.has([path, query, body])).map(({ path }) => path),
      ...logs.filter(search.has).map(() => 'log'),
      ...(await search.redis(installation.redisUrl)),
      ...(await search.files(dirname(installation.redisUrl))),
      ...(await search.files(dataDir)),
      ...(await search.files(temporary)),
    ]
  }

  it('because it was blocked is read by the operator, and by nobody else anywhere', async () => {
    const blocked = await ask('blocked', writesToken)

    expect(blocked.comment).toContain('**Blocked.**')
    expect(blocked.comment).toContain(`\`airlock changes show ${blocked.jobId}\``)
    expect(await outcomeOf(blocked)).toMatchObject({ pullRequests: [], branches: [] })
    expect(await placesOf(canary)).toEqual([])

    const shown = await airlock(['show', blocked.jobId])
    expect(shown).toMatchObject({ status: 0, stderr: '' })
    expect(shown.stdout).toContain(`+token=${canary}\n`)
    expect(shown.stdout).toContain('provider-npm')
    const listed = await airlock(['list'])
    expect(listed.stdout).toMatch(
      new RegExp(`^blocked +${blocked.jobId}  acme/blocked#1  asked by ada  kept until `, 'm'),
    )
  })

  it('moves nothing on the terminal that shows it, and is written to a file as it is', async () => {
    const { jobId, repository } = await ask('escapes', writesToken)
    const unseen = /(?!\n)[\p{C}\p{Default_Ignorable_Code_Point}]/u

    const shown = await airlock(['show', jobId])
    const json = await airlock(['show', jobId, '--json'])
    const written = await airlock(['show', jobId, '--output', 'change.patch'])
    const again = await airlock(['show', jobId, '--output', 'change.patch'])

    expect(shown.stdout).not.toMatch(unseen)
    expect(shown.stdout).toContain(String.raw`\u{1b}]0;owned\u{7}`)
    expect(json.stdout).toMatch(/^[\n\u0020-\u007e]*$/)
    expect(JSON.parse(json.stdout).patch).toContain('\u001b]0;owned\u0007')
    expect(written.stdout).not.toContain(canary)
    expect((await stat(join(folder, 'change.patch'))).mode & 0o777).toBe(0o600)
    expect(again).toMatchObject({ status: 1, stderr: expect.stringContaining('EEXIST') })
    const patch = await readFile(join(folder, 'change.patch'), 'utf8')
    expect(patch).toBe(JSON.parse(json.stdout).patch)
    expect(patch).toMatch(unseen)
    const clone = join(folder, 'clone')
    await gitText(repository.gitDir, ['worktree', 'add', '-q', '--detach', clone, 'main'])
    await gitText(join(repository.gitDir, 'worktrees', 'clone'), ['apply', join(folder, 'change.patch')], {
      cwd: clone,
    })
    expect(await readFile(join(clone, '.npmrc'), 'utf8')).toContain(canary)
  })

  it('is opened with no other key of an App, and not where a bit of it was turned', async () => {
    const { jobId } = await ask('sealed', writesToken)
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })

    const foreign = await airlock(['show', jobId], { PRIVATE_KEY: privateKey })
    const redis = new Redis(world.installation.redisUrl)
    const [key = ''] = await redis.keys(`*held:job:${jobId}`)
    const sealed = await redis.hgetBuffer(key, 'change')
    if (sealed === null) throw new Error('nothing is kept')
    sealed.writeUInt8(sealed.readUInt8(60) ^ 1, 60)
    await redis.hset(key, 'change', sealed)
    redis.disconnect()
    const altered = await airlock(['show', jobId])

    for (const refused of [foreign, altered]) {
      expect(refused).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('was altered') })
    }
  })

  it('because it was held is in the list and shown the same way', async () => {
    const held = await ask('held', 'mkdir guarded; echo fixed > guarded/a.txt')

    const listed = await airlock(['list', '--json'])
    const shown = await airlock(['show', held.jobId])

    expect(JSON.parse(listed.stdout)).toContainEqual(
      expect.objectContaining({ kind: 'change', jobId: held.jobId, repository: 'acme/held', number: 1 }),
    )
    expect(shown.stdout).toContain('+fixed\n')
    const digest = /Change sha256 ([0-9a-f]{64})/.exec(held.comment)?.[1]
    expect(shown.stdout).toContain(`digest ${digest}`)
  })

  it('because of what may be a secret is shown to the operator, and not on GitHub', async () => {
    const held = await ask('suspected', `printf 'API_TOKEN = "%s"\\n' ${hidden(value)} > settings.py`)

    expect(held.comment).toContain('**Held.**')
    expect(held.comment).toContain('Not shown, because it may show a secret.')
    expect((await airlock(['show', held.jobId])).stdout).toContain(`+API_TOKEN = "${value}"`)
    expect(await placesOf(value)).toEqual([])
  })

  it('cannot be let out where it was blocked, whatever is said', async () => {
    const blocked = await ask('no-way', writesToken)
    const { stdout } = await airlock(['show', blocked.jobId, '--json'])
    const { digest } = JSON.parse(stdout)

    const { delivery } = await world.github.comment(blocked.repository, blocked.issue.number, {
      by: 'ada',
      body: `/airlock approve ${digest}`,
    })

    expect(await world.handled(delivery)).toMatchObject({ kind: 'answered', with: 'nothing-held' })
    expect(await outcomeOf(blocked)).toMatchObject({ pullRequests: [], branches: [] })
  })

  it('is gone after its days, and of a blocked one nothing is left', async () => {
    const { jobId } = await ask('old', writesToken)
    const redis = new Redis(world.installation.redisUrl)
    const keys = (await redis.keys('*held*')).filter((key) => key.includes(jobId) || key.endsWith(':blocked'))
    expect(keys).toHaveLength(2)
    for (const key of keys) {
      expect(await redis.ttl(key)).toBeGreaterThan(13 * days)
      expect(await redis.ttl(key)).toBeLessThanOrEqual(14 * days)
    }

    // Redis takes away by itself what its time has come for: it comes now.
    for (const key of keys) await redis.pexpire(key, 1)
    await expect.poll(() => redis.exists(...keys)).toBe(0)
    redis.disconnect()

    expect(await airlock(['show', jobId])).toMatchObject({ status: 1, stderr: expect.stringContaining('no change') })
    expect((await airlock(['list'])).stdout).not.toContain(jobId)
  })

  it('is none where the operator did not ask for it: a blocked change leaves nothing', async () => {
    await worker.stop()
    worker = await world.installation.startWorker()
    const { jobId, comment } = await ask('none', writesToken)

    expect(comment).toContain('It is not kept.')
    expect(await airlock(['show', jobId])).toMatchObject({ status: 1 })
    expect(await placesOf(canary)).toEqual([])
  })

  it('would be found where it is not sealed, or shown: the control of the searches above', async () => {
    const patch = `+token=${canary}\n`
    const redis = new Redis(world.installation.redisUrl)
    await redis.hset('unsealed', 'change', JSON.stringify({ patch: Buffer.from(patch).toString('base64') }))
    redis.disconnect()
    await writeFile(join(world.dataDir, 'unsealed'), patch)
    const { repository } = await ask('open', 'mkdir guarded; echo shown-to-all > guarded/a.txt')

    const places = await placesOf(canary)

    expect(places).toEqual(expect.arrayContaining(['unsealed', join(world.dataDir, 'unsealed')]))
    expect(places.some((place) => place.endsWith('.aof'))).toBe(true)
    const comment = `/repos/acme/open/issues/comments/${repository.comments.at(-1)?.id}`
    expect(await placesOf('shown-to-all')).toContain(comment)
  })

  it('asks GitHub for nothing that it does not know', () => expectKeptRules(world.github))
})
