import { describe, expect, it } from 'vitest'
import { handleTrigger } from '../../../app/intake/handle-trigger.ts'
import { readPolicyDigest } from '../../../app/intake/read-policy.ts'
import { type OperatorPolicy, parseOperatorPolicy } from '../../../app/repo-policy/operator/operator-policy.ts'
import { labelEvent } from '../triggers/make-event.ts'
import { attempt, createFakeWorld, type FakeWorld, fakeDeps, outage } from './fake-repository.ts'

function operator(text: string): OperatorPolicy {
  const result = parseOperatorPolicy(text, 'operator.yml')
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.policy
}

const handle = (world: FakeWorld, event = labelEvent()) => handleTrigger(fakeDeps(world), event, attempt)
const privately = operator('isolation: { rules: [{ visibility: private, least: gvisor }] }')

describe('an operator who says which image stands for a dev container’s', () => {
  const mapping = operator('devcontainer-images: { "mcr.microsoft.com/devcontainers/*": base }')
  const image = 'mcr.microsoft.com/devcontainers/javascript-node:22'

  it('has a job frozen with that image where its policy names none', async () => {
    const world = createFakeWorld({ operatorPolicy: mapping, devcontainerImage: image })

    await handle(world)

    expect(world.jobs).toMatchObject([{ policy: { isolation: 'process', image: 'base' } }])
  })

  it('has the image of a policy that names one, and does not look at the dev container', async () => {
    const repositoryPolicy = { kind: 'text', text: 'image: agents' } as const
    const world = createFakeWorld({ operatorPolicy: mapping, repositoryPolicy, devcontainerImage: image })
    world.failing.set('devcontainerImage', outage)

    await handle(world)

    expect(world.jobs).toMatchObject([{ policy: { image: 'agents' } }])
  })

  it('asks GitHub for no dev container where none is mapped', async () => {
    const world = createFakeWorld({ devcontainerImage: image })
    world.failing.set('devcontainerImage', outage)

    await handle(world)

    expect(world.jobs).toMatchObject([{ policy: { image: 'host' } }])
  })

  it('has a job refused whose dev container changed while it waited: the digest is another one', async () => {
    const world = createFakeWorld({ operatorPolicy: mapping, devcontainerImage: image })
    await handle(world)
    world.devcontainerImage = 'debian:12'

    await using repository = await fakeDeps(world).repositories.open(labelEvent(), attempt)
    const frozen = { logins: ['ada'], policyDigest: world.jobs[0]?.policyDigest ?? '' }
    const digest = repository === null ? null : await readPolicyDigest(repository.facts, mapping, frozen)

    expect(digest).not.toBe(world.jobs[0]?.policyDigest)
  })
})

describe('an operator who says “private repositories: at least gvisor”', () => {
  it('has a private repository’s job frozen with gvisor, whatever its policy says', async () => {
    const repositoryPolicy = { kind: 'text', text: 'isolation: process' } as const
    const world = createFakeWorld({ operatorPolicy: privately, repositoryPolicy })

    await handle(world)

    expect(world.jobs).toMatchObject([{ policy: { isolation: 'gvisor', image: 'base' } }])
  })

  it('leaves a public one as it is', async () => {
    const world = createFakeWorld({ operatorPolicy: privately })
    world.traits = { ...world.traits, visibility: 'public' }

    await handle(world)

    expect(world.jobs).toMatchObject([{ policy: { isolation: 'process', image: 'host' } }])
  })

  it('has a repository that is made private while its job waits refused: the digest is another one', async () => {
    const world = createFakeWorld({ operatorPolicy: privately })
    world.traits = { ...world.traits, visibility: 'public' }
    await handle(world)
    world.traits = { ...world.traits, visibility: 'private' }

    await using repository = await fakeDeps(world).repositories.open(labelEvent(), attempt)
    const frozen = { logins: ['ada'], policyDigest: world.jobs[0]?.policyDigest ?? '' }
    const digest = repository === null ? null : await readPolicyDigest(repository.facts, privately, frozen)

    expect(digest).toMatch(/^[0-9a-f]{64}$/)
    expect(digest).not.toBe(world.jobs[0]?.policyDigest)
  })

  it('asks GitHub nothing more where no rule needs it', async () => {
    const world = createFakeWorld({
      operatorPolicy: operator('isolation: { rules: [{ name: "octo/*", least: container }] }'),
    })
    world.failing.set('traits', new Error('asked'))

    await handle(world)

    expect(world.jobs).toMatchObject([{ policy: { isolation: 'container' } }])
  })
})

describe('an operator who allows some agents', () => {
  it('has a label that asks for another one refused', async () => {
    const world = createFakeWorld({ operatorPolicy: operator('agents: [claude]') })

    const result = await handle(world, labelEvent({ label: 'airlock:pi' }))

    expect(result).toEqual({ kind: 'answered', with: 'agent-unavailable' })
    expect(world.jobs).toEqual([])
  })
})
