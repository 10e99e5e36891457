import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { expectKeptRules } from './expect-kept-rules.ts'
import { outcomeOf } from './outcome-of.ts'
import { startWorld, type World, type WorldRepository, writesOneFile } from './start-world.ts'

const reason = 'gVisor comes to this worker in spring'
const [past, future] = ['2020-02-29', '2999-12-31']
const operatorPolicy = `
isolation:
  rules:
    - { visibility: private, least: container }
    - { name: "acme/pay-*", least: microvm }
    - { topic: regulated, least: gvisor }
    - { property: { data-class: secret }, least: microvm }
welcome: ["acme/welcomed*"]
accept-weaker:
  - { repository: acme/accepted, isolation: process, reason: ${reason} }
  - { repository: acme/accepted-until, isolation: process, until: ${future}, reason: ${reason} }
  - { repository: acme/over, isolation: process, until: ${past}, reason: ${reason} }
`

/** What every repository asks for itself: the host's own image, which class process alone can show. */
const policy = `${writesOneFile}image: host\n`

let folder: string
let world: World

/** An operator with rules, and a worker that has class process alone. */
beforeAll(async () => {
  folder = await mkdtemp('/tmp/airlock-operator-')
  const file = join(folder, 'operator.yml')
  await writeFile(file, operatorPolicy)
  world = await startWorld({ AIRLOCK_OPERATOR_POLICY: file, AIRLOCK_ENGINES: 'process' })
  await world.installation.startWorker()
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function ask(spec: Omit<WorldRepository, 'policy'>) {
  const asked = await world.ask(await world.createRepository({ ...spec, policy }))
  await world.ended(asked.jobId)
  const [body = ''] = asked.repository.issues.flatMap(({ pull, body: text }) => (pull === undefined ? [] : [text]))
  return { ...(await outcomeOf(asked)), body }
}

async function expectRefused(spec: Omit<WorldRepository, 'policy'>, least: string) {
  const { comments, pullRequests, branches } = await ask(spec)

  expect(comments).toEqual([expect.stringContaining('**Refused.**')])
  expect(comments[0]).toContain(`at least ${least} is asked for`)
  expect({ pullRequests, branches }).toEqual({ pullRequests: [], branches: [] })
  return comments[0] ?? ''
}

describe("the operator's least class, by what GitHub says of a repository", () => {
  it('lets a repository through that no rule fits', async () => {
    const { pullRequests, branches, body } = await ask({ name: 'free', private: false, topics: ['regulation'] })

    expect(pullRequests).toHaveLength(1)
    expect(branches).toMatchObject([{ changed: 'fixed.txt' }])
    expect(body).toMatch(/isolation \| process\b/)
    expect(body).not.toContain('Weaker isolation than asked for')
  })

  it.each([
    ['by visibility', { name: 'closed', private: true }, 'container'],
    ['by name', { name: 'pay-out', private: false }, 'microvm'],
    ['by topic', { name: 'tagged', private: false, topics: ['web', 'regulated'] }, 'gvisor'],
    ['by custom property', { name: 'marked', private: false, properties: { 'data-class': 'secret' } }, 'microvm'],
    ['by the strictest of those that fit', { name: 'both', private: true, topics: ['regulated'] }, 'gvisor'],
  ])('refuses in the comment, with what is missing: %s', async (_how, spec, least) => {
    await expectRefused(spec, least)
  })
})

describe('a weaker class that the operator accepts', () => {
  it.each([
    ['', 'accepted'],
    [` until ${future}`, 'accepted-until'],
  ])(
    'is shown in the pull request with what was asked, what ran, and the entry by its digest:%s',
    async (until, name) => {
      const { pullRequests, body } = await ask({ name })

      expect(pullRequests).toHaveLength(1)
      expect(body).toContain('Weaker isolation than asked for')
      expect(body).toContain('asks for at least **container**; this ran in **process**')
      expect(body).toMatch(new RegExp(`accepts that for this repository${until} \\(entry sha256 [0-9a-f]{64}\\)`))
      expect(body).toContain(`> ${reason}`)
    },
  )

  it('is refused from the day after its last, and the comment names that day', async () => {
    const comment = await expectRefused({ name: 'over' }, 'container')

    expect(comment).toContain(`the operator accepted process here until ${past}, which is over`)
  })

  it('is refused in a repository that it is not written for', async () => {
    const comment = await expectRefused({ name: 'accepted-not' }, 'container')

    expect(comment).not.toContain('the operator accepted')
  })
})

describe('a repository that is added to the installation', () => {
  async function add(name: string, owner = 'acme') {
    const repository = await world.createRepository({ name, owner, policy })
    const add = async (reached: boolean) => {
      const { guid } = await world.github.reach(repository, reached)
      await world.installation.app.waitFor(
        ({ msg, deliveryId }) => msg === 'organisation event' && deliveryId === guid,
        30_000,
      )
    }
    return { repository, add }
  }

  it('is told the first steps in one issue where the operator wants that, once, and by no pull request', async () => {
    const { repository, add: reach } = await add('welcomed-here')
    const other = await add('not-welcomed')
    for (const reached of [false, true, false, true]) {
      await reach(reached)
      await other.add(reached)
    }

    await vi.waitFor(() => expect(repository.issues).toHaveLength(1), 30_000)
    expect(repository.issues[0]).toMatchObject({ title: 'Airlock is here: first steps', pull: undefined })
    expect(repository.issues[0]?.body).toContain('the label `airlock` on an issue')
    expect(repository.issues[0]?.user.type).toBe('Bot')
    expect(other.repository.issues).toEqual([])
  })

  it('is told them where its organisation wants that, once, and no other organisation’s is', async () => {
    const files = { 'airlock.yml': 'welcome: ["guild/*", "acme/*"]\n' }
    await world.github.createRepository({ name: '.github', owner: 'guild', files })
    const [own, other] = [await add('hall', 'guild'), await add('not-the-guilds')]
    for (const one of [other, own]) for (const reached of [false, true]) await one.add(reached)
    await vi.waitFor(() => expect(own.repository.issues).toHaveLength(1), 30_000)
    for (const reached of [false, true]) await own.add(reached)

    expect(own.repository.issues).toHaveLength(1)
    expect(own.repository.issues[0]).toMatchObject({ title: 'Airlock is here: first steps', pull: undefined })
    expect(own.repository.issues[0]?.body).toContain("The organisation's airlock.yml asks for this issue.")
    expect(other.repository.issues).toEqual([])
  })
})

it('GitHub was asked for nothing that it does not know', () => expectKeptRules(world.github))
